// Leaves out of a report what the binary leaves out, so that the scripts and tests read what a reader's browser reads.
import { readSchema } from './report_types.mjs';

const schema = readSchema();

export function compact(value, shape = schema) {
  if (shape.$ref !== undefined) {
    const definition = schema.$defs[shape.$ref.replace('#/$defs/', '')];
    const kept = Object.entries(definition.properties).filter(([name, member]) => definition.required.includes(name) || !isDefault(value[name], member.default));
    return Object.fromEntries(kept.map(([name, member]) => [name, compact(value[name], member)]));
  }
  return shape.type === 'array' ? value.map((one) => compact(one, shape.items)) : value;
}

function isDefault(value, otherwise) {
  return Array.isArray(otherwise) ? value.length === 0 : value === otherwise;
}
