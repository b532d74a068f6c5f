// The two-phase tests: the same browser and settings, other specs.
import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig({ ...base, testDir: 'suite/flows', webServer: undefined });
