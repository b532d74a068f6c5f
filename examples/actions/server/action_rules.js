// What a valid action is. Pure: values in, problems out; knows no database and no request.
import { DefinitionError, parse_definition } from './definition.js';

export const roles = ['user', 'manager', 'partner', 'anonymous'];
export const name_length_max = 64;
export const definition_length_max = 4000;
export const description_length_max = 500;
export const timeout_s_max = 300;

function check_handler(handler) {
  // A handler may begin with a template that the deployment fills in, as in {{BASE_URL}}/login.
  const address = handler.replace(/^\{\{[A-Z_]+\}\}/, 'https://template.invalid');
  try {
    if (['http:', 'https:'].includes(new URL(address).protocol)) return undefined;
  } catch {
    // Falls through to the message: the text is not an address at all.
  }
  return 'Enter an address that begins with http://, https:// or a template such as {{BASE_URL}}.';
}

function check_definition({ definition, type, name }) {
  if (definition.length > definition_length_max) return `Use at most ${definition_length_max} characters.`;
  try {
    const parsed = parse_definition(definition);
    if (parsed.type !== type) return `The definition declares a ${parsed.type}, but the type is ${type}.`;
    if (parsed.name !== name) return `The definition declares '${parsed.name}', but the name is '${name}'.`;
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return `The definition cannot be read: ${error.message}.`;
    throw error;
  }
}

// Brings what a client sent into shape: texts trimmed, missing values filled in.
export function normalise_action(input) {
  const text = (key) => (typeof input[key] === 'string' ? input[key].trim() : '');
  return {
    name: text('name'),
    type: text('type'),
    handler: text('handler'),
    definition: text('definition'),
    description: text('description'),
    timeout_s: input.timeout_s ?? 30,
  };
}

// Returns {field: message}; empty when the action is valid.
export function check_action(action) {
  const problems = {};
  if (!action.name) problems.name = 'Enter a name.';
  else if (!/^[_A-Za-z][_0-9A-Za-z]*$/.test(action.name)) {
    problems.name = 'Use letters, digits and underscores; begin with a letter or an underscore.';
  } else if (action.name.length > name_length_max) problems.name = `Use at most ${name_length_max} characters.`;
  if (!['query', 'mutation'].includes(action.type)) problems.type = 'Choose query or mutation.';
  if (!action.handler) problems.handler = "Enter the handler's address.";
  else {
    const problem = check_handler(action.handler);
    if (problem) problems.handler = problem;
  }
  if (!action.definition) problems.definition = 'Enter a definition.';
  else if (!problems.name && !problems.type) {
    const problem = check_definition(action);
    if (problem) problems.definition = problem;
  }
  if (action.description.length > description_length_max) {
    problems.description = `Use at most ${description_length_max} characters.`;
  }
  if (!Number.isInteger(action.timeout_s) || action.timeout_s < 1 || action.timeout_s > timeout_s_max) {
    problems.timeout_s = `Enter whole seconds from 1 to ${timeout_s_max}.`;
  }
  return problems;
}

const transitions = {
  publish: { from: ['draft'], to: 'publishing', kind: 'publish_requested' },
  archive: { from: ['draft', 'published'], to: 'archived', kind: 'archived' },
  restore: { from: ['archived'], to: 'draft', kind: 'restored' },
};

// The change of state that `verb` means, or undefined when it is not possible from `status`.
export function transition(verb, status) {
  const rule = transitions[verb];
  return rule?.from.includes(status) ? rule : undefined;
}
