import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check_input, parse_definition } from './definition.js';

test('a definition is read with its arguments and output', () => {
  assert.deepEqual(parse_definition('type Query {\n rate(from: String!, days: [Int!]): Float! }'), {
    type: 'query',
    name: 'rate',
    arguments: [
      { name: 'from', type_name: 'String', list: false, required: true },
      { name: 'days', type_name: 'Int', list: true, required: false },
    ],
    output: { type_name: 'Float', list: false, required: true },
  });
});

for (const [text, message] of [
  ['', "line 1, column 1: expected 'type', got the end"],
  ['type Subscription { a: Int }', "line 1, column 6: expected 'Query' or 'Mutation', got 'Subscription'"],
  ['type Query {\n  a(b Int): Int }', "line 2, column 7: expected ':', got 'Int'"],
  ['type Query { a: Int } type', "line 1, column 23: expected nothing after the closing brace, got 'type'"],
  ['type Query { a: $ }', "line 1, column 17: unexpected character '$'"],
  ['type Query { a(b: Int, b: Int): Int }', "line 1, column 25: expected an argument other than 'b', got ':'"],
]) {
  test(`refuses '${text.replace(/\n/g, ' ')}'`, () => assert.throws(() => parse_definition(text), { message }));
}

test('input is checked against every argument', () => {
  const definition = parse_definition('type Mutation { f(id: ID!, n: Int, tags: [String!], other: Money): Boolean }');
  assert.deepEqual(check_input(definition, { id: 7, n: 1, tags: ['a'], other: { cents: 5 } }), []);
  assert.deepEqual(check_input(definition, { n: 1.5, tags: 'a', extra: 0 }), [
    "'id' is required",
    "'n' must be Int",
    "'tags' must be a list of String",
    "'extra' is not an argument",
  ]);
});
