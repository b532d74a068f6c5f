// The first contents of an empty database: three people and a set of actions that looks like a team's.
import { ActionStore } from './action_store.js';
import { hash_password } from './auth.js';

export const people = [
  { email: 'ada@example.com', name: 'Ada Admin', role: 'admin', password: 'ada-secret' },
  { email: 'eli@example.com', name: 'Eli Editor', role: 'editor', password: 'eli-secret' },
  { email: 'vera@example.com', name: 'Vera Viewer', role: 'viewer', password: 'vera-secret' },
];

// name, type, arguments, output, description, status at the end, roles
const samples = [
  ['login', 'mutation', 'username: String!, password: String!', 'LoginResponse!', 'Signs a person in and returns an access token.', 'published', ['anonymous']],
  ['logout', 'mutation', '', 'Boolean!', 'Ends the current session everywhere.', 'published', ['user', 'manager']],
  ['refresh_token', 'mutation', 'token: String!', 'LoginResponse', 'Trades a refresh token for a new access token.', 'published', ['user']],
  ['request_password_reset', 'mutation', 'email: String!', 'Boolean!', 'Sends the reset link; answers the same for unknown addresses.', 'published', ['anonymous']],
  ['place_order', 'mutation', 'basket_id: ID!, coupon: String', 'Order!', 'Checks the stock, takes the payment and places the order.', 'published', ['user', 'partner']],
  ['cancel_order', 'mutation', 'order_id: ID!, reason: String', 'Order', 'Cancels an order that has not been packed yet.', 'published', ['user', 'manager']],
  ['order_status', 'query', 'order_id: ID!', 'OrderStatus', 'Asks the warehouse where the parcel is.', 'published', ['user', 'partner']],
  ['shipping_quote', 'query', 'country: String!, weight_kg: Float!', '[Quote!]!', 'Compares the carriers for one parcel.', 'published', ['user', 'anonymous']],
  ['refund_payment', 'mutation', 'payment_id: ID!, amount_cents: Int!', 'Refund!', 'Refunds all or part of a payment.', 'published', ['manager']],
  ['exchange_rate', 'query', 'from: String!, to: String!', 'Float!', 'The rate of the day, cached for an hour.', 'published', ['user', 'partner']],
  ['invoice_pdf', 'query', 'invoice_id: ID!', 'Document', 'Renders an invoice and returns a short-lived link.', 'published', ['user', 'manager']],
  ['invite_member', 'mutation', 'email: String!, role: String!', 'Member!', 'Invites somebody to the workspace.', 'published', ['manager']],
  ['usage_report', 'query', 'month: String!', 'Report', 'Counts calls by role for one month.', 'draft', ['manager']],
  ['translate_text', 'query', 'text: String!, language: String!', 'String!', 'Translates a product text.', 'draft', []],
  ['merge_accounts', 'mutation', 'keep: ID!, drop: ID!', 'Account!', 'Merges two accounts of one person.', 'draft', []],
  ['verify_address', 'query', 'lines: [String!]!', 'Address', 'Checks a postal address against the register.', 'draft', ['user']],
  ['legacy_search', 'query', 'term: String!', '[Product!]!', 'Replaced by the search service.', 'archived', []],
  ['send_fax', 'mutation', 'number: String!, document: ID!', 'Boolean!', 'Kept for the archive; nobody has called it since spring.', 'archived', []],
];

export function definition_text(type, name, args, output) {
  const root = type === 'query' ? 'Query' : 'Mutation';
  return `type ${root} {\n  ${name}${args ? `(${args})` : ''}: ${output}\n}`;
}

// A clock for the workspace's past: it starts six weeks ago and moves on by hours, so the dates look lived in.
function past_clock() {
  let at = Date.now() - 42 * 86_400_000;
  return () => {
    at += 9.7 * 3_600_000;
    return new Date(at);
  };
}

export function seed(db) {
  const store = new ActionStore(db, { clock: past_clock() });
  db.transaction(() => {
    for (const { email, name, role, password } of people) {
      db.run('INSERT INTO users (email, name, role, password_hash) VALUES (?, ?, ?, ?)', [email, name, role, hash_password(password)]);
    }
    for (const [name, type, args, output, description, status, allowed] of samples) {
      const handler = `{{BASE_URL}}/${name.replaceAll('_', '-')}`;
      store.create({ name, type, handler, definition: definition_text(type, name, args, output), description }, 'Ada Admin');
      for (const role of allowed) store.set_permission(name, role, true, 'Ada Admin');
      if (status === 'published') {
        store.move(name, 'publish', 'Eli Editor');
        store.finish_publishing(name);
      }
      if (status === 'archived') store.move(name, 'archive', 'Eli Editor');
    }
    store.add_comment('login', 'The token now lives for 12 hours, as agreed with security.', 'Eli Editor');
    store.add_comment('login', 'Good. Please keep the error text the same for unknown names.', 'Ada Admin');
  });
}
