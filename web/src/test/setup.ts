import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(() => {
  cleanup();
  // Tests of scripts run without a page.
  if (typeof window !== 'undefined') window.location.hash = '';
});
