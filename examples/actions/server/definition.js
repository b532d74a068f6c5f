// Reads the small part of GraphQL's schema language in which an action is declared:
//   type Mutation { login(username: String!, password: String!): LoginResponse }
// Exactly one field; lists and non-null marks are understood; directives and descriptions are refused.

const token_pattern = /([_A-Za-z][_0-9A-Za-z]*)|([{}()[\]:!,])|(\s+)|(.)/gsu;

function position(text, offset) {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before.at(-1).length + 1}`;
}

export class DefinitionError extends Error {}

class Reader {
  constructor(text) {
    this.text = text;
    this.tokens = [];
    this.next_ = 0;
    for (const match of text.matchAll(token_pattern)) {
      if (match[3] !== undefined) continue;
      if (match[4] !== undefined) throw this.error_at(match.index, `unexpected character '${match[4]}'`);
      this.tokens.push({ text: match[0], offset: match.index, is_word: match[1] !== undefined });
    }
  }

  error_at(offset, message) {
    return new DefinitionError(`${position(this.text, offset)}: ${message}`);
  }

  expected(what) {
    const token = this.tokens[this.next_];
    return this.error_at(token?.offset ?? this.text.length, `expected ${what}, got ${token ? `'${token.text}'` : 'the end'}`);
  }

  at(text) {
    return this.tokens[this.next_]?.text === text;
  }

  skip(text) {
    if (!this.at(text)) return false;
    this.next_ += 1;
    return true;
  }

  take(text) {
    if (!this.skip(text)) throw this.expected(`'${text}'`);
  }

  word(what) {
    if (!this.tokens[this.next_]?.is_word) throw this.expected(what);
    return this.tokens[this.next_++].text;
  }

  is_done() {
    return this.next_ === this.tokens.length;
  }
}

function read_type(reader) {
  let type;
  if (reader.skip('[')) {
    const item = read_type(reader);
    reader.take(']');
    type = { type_name: item.type_name, list: true, required: false };
  } else {
    type = { type_name: reader.word('a type'), list: false, required: false };
  }
  if (reader.skip('!')) type.required = true;
  return type;
}

function read_arguments(reader) {
  const args = [];
  if (!reader.skip('(')) return args;
  while (!reader.skip(')')) {
    const name = reader.word("an argument or ')'");
    if (args.some((argument) => argument.name === name)) throw reader.expected(`an argument other than '${name}'`);
    reader.take(':');
    args.push({ name, ...read_type(reader) });
    reader.skip(',');
  }
  return args;
}

// Returns {type, name, arguments, output}; throws DefinitionError with line and column.
export function parse_definition(text) {
  const reader = new Reader(text);
  reader.take('type');
  const root = reader.word("'Query' or 'Mutation'");
  if (root !== 'Query' && root !== 'Mutation') {
    reader.next_ -= 1;
    throw reader.expected("'Query' or 'Mutation'");
  }
  reader.take('{');
  const name = reader.word("the action's name");
  const args = read_arguments(reader);
  reader.take(':');
  const output = read_type(reader);
  reader.take('}');
  if (!reader.is_done()) throw reader.expected('nothing after the closing brace');
  return { type: root.toLowerCase(), name, arguments: args, output };
}

const scalar_checks = {
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' || Number.isInteger(value),
  Int: (value) => Number.isInteger(value),
  Float: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
};

// Says what is wrong with `input` as the arguments of `definition`, one sentence for each problem.
export function check_input(definition, input) {
  const problems = [];
  for (const argument of definition.arguments) {
    const value = input[argument.name];
    if (value === undefined || value === null) {
      if (argument.required) problems.push(`'${argument.name}' is required`);
      continue;
    }
    const fits = scalar_checks[argument.type_name] ?? (() => true);
    const values = argument.list && Array.isArray(value) ? value : [value];
    if (argument.list !== Array.isArray(value) || !values.every(fits)) {
      problems.push(`'${argument.name}' must be ${argument.list ? `a list of ${argument.type_name}` : argument.type_name}`);
    }
  }
  for (const name of Object.keys(input)) {
    if (!definition.arguments.some((argument) => argument.name === name)) problems.push(`'${name}' is not an argument`);
  }
  return problems;
}
