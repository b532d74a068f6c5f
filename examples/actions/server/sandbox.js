// Answers an action's call without its handler: the input is checked against the definition, and the answer is made up
// from the output type. It never opens a connection, so a draft can be tried before its handler exists.
import { check_input, parse_definition } from './definition.js';

const samples = { String: 'text', ID: 'id-1', Int: 1, Float: 1.5, Boolean: true };

export function call_in_sandbox(action, input) {
  const definition = parse_definition(action.definition);
  const problems = check_input(definition, input);
  if (problems.length > 0) return { ok: false, problems };
  const { type_name, list } = definition.output;
  const value = samples[type_name] ?? { __typename: type_name, ...input };
  return { ok: true, output: { [action.name]: list ? [value] : value } };
}
