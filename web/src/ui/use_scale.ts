import { useMedia } from './use_media';

/** By how much text and rows are larger than on a desk: as `--scale` in tokens.css, for sizes that are reckoned with in scripts. */
export function useScale(): number {
  return useMedia('(min-width: 2600px)') ? 1.3 : 1;
}
