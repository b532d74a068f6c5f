import tamarack from './index.js';

export const { fixtures, test, expect, Tamarack, TamarackWaitError } = tamarack;
export default tamarack;
