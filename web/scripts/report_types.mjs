// Makes src/model/report.ts from src/model/report.schema.json: the types of the report and the functions that fill in what was left
// out. The schema comes from the C++ structs (src/report/report_schema.cpp), so the page cannot disagree with the writer.
// Usage: npm run types
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MODEL = join(import.meta.dirname, '../src/model');
const SCHEMA = join(MODEL, 'report.schema.json');
const TYPES = join(MODEL, 'report.ts');

const PLAIN = { string: 'string', integer: 'number', boolean: 'boolean' };

const HEADER = `// Made by \`npm run types\` from report.schema.json, which the writer of the report makes from its own structs; not to be edited by hand.
// `;

const SHARED = `/** A value as it is written: what holds its default may be left out. */
export type Written<T> = T extends (infer One)[] ? Written<One>[] : T extends object ? { [Name in keyof T]?: Written<T[Name]> } : T;

// One list for all that are empty: a report of 100,000 tests has half a million of them.
const NONE: never[] = [];
Object.freeze(NONE);

function readAll<From, To>(list: From[] | undefined, read: (from: From) => To): To[] {
  return list === undefined || list.length === 0 ? NONE : list.map(read);
}
`;

export function readSchema() {
  return JSON.parse(readFileSync(SCHEMA, 'utf8'));
}

/** The text of report.ts. Refuses a schema with anything it does not understand, instead of leaving it out. */
export function reportTypes(schema) {
  const interfaces = [];
  const readers = [];
  for (const [name, definition] of Object.entries(schema.$defs)) {
    const members = Object.entries(definition.properties).map(([member, shape]) => ({ member, shape, required: definition.required.includes(member) }));
    interfaces.push(`export interface ${name} {\n${members.map(({ member, shape }) => describe(shape) + `  ${member}: ${typeOf(shape)};\n`).join('')}}\n`);
    readers.push(`export function read${name}(from: Written<${name}>): ${name} {\n  return {\n${members.map((one) => `    ${one.member}: ${readerOf(one)},\n`).join('')}  };\n}\n`);
  }
  return [HEADER + wrap(schema.description) + '\n', ...interfaces, SHARED, ...readers].join('\n');
}

function describe(shape) {
  return shape.description === undefined ? '' : `  /** ${shape.description} */\n`;
}

function reference(shape) {
  return shape.$ref?.replace('#/$defs/', '');
}

function typeOf(shape) {
  const type = reference(shape) ?? PLAIN[shape.type] ?? (shape.type === 'array' ? `${typeOf(shape.items)}[]` : undefined);
  if (type === undefined) throw new Error(`the schema has a shape without a type of ours: ${JSON.stringify(shape)}`);
  return type;
}

function readerOf({ member, shape, required }) {
  const view = reference(shape);
  if (view !== undefined) return `read${view}(from.${member} ?? {})`;
  if (shape.type === 'array') {
    const one = reference(shape.items);
    return one === undefined ? `from.${member} ?? NONE` : `readAll(from.${member}, read${one})`;
  }
  // A required plain value is the version; a document without one was refused before it is read.
  if (shape.default === undefined && !required) throw new Error(`the schema has no default for '${member}', expected one because it may be left out`);
  return `from.${member} ?? ${typeof shape.default === 'string' ? `'${shape.default}'` : (shape.default ?? 0)}`;
}

function wrap(text) {
  return text.replace(/(.{80,120}) /g, '$1\n// ');
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(TYPES, reportTypes(readSchema()));
  console.log('wrote src/model/report.ts');
}
