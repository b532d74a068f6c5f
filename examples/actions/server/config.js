// Reads the server's settings from the environment. A value that cannot be used is an error with the variable's name;
// nothing falls back silently, because a typing mistake in PORT would otherwise start a second server somewhere else.
import path from 'node:path';

function whole_number(env, name, fallback, min, max) {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} must be a whole number from ${min} to ${max}, got '${text}'`);
  }
  return value;
}

const known_breaks = ['save'];

export function read_config(env) {
  if (env.BREAK && !known_breaks.includes(env.BREAK)) {
    throw new Error(`BREAK must be one of: ${known_breaks.join(', ')}, got '${env.BREAK}'`);
  }
  return {
    port: whole_number(env, 'PORT', 4173, 0, 65535),
    data_dir: path.resolve(env.DATA_DIR || '.data'),
    cold_start_ms: whole_number(env, 'COLD_START_MS', 300, 0, 600_000),
    // The two delays stand for the work a real back end does while it rolls out or calls an action.
    publish_ms: whole_number(env, 'PUBLISH_MS', 600, 0, 60_000),
    sandbox_ms: whole_number(env, 'SANDBOX_MS', 400, 0, 60_000),
    allow_test_reset: env.ALLOW_TEST_RESET === '1',
    break_save: env.BREAK === 'save',
  };
}
