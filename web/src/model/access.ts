// Who may do what: the reader's own session and the tokens of the server.
import type { Written } from './report';

export type Role = 'viewer' | 'runner' | 'admin';

export const ROLES: readonly Role[] = ['viewer', 'runner', 'admin'];

export interface Session {
  role: string;
  /** The only project it reaches; `*`: all. */
  project: string;
  name: string;
  /** True: this server asks nobody for a token. */
  open: boolean;
}

export interface TokenRow {
  id: string;
  name: string;
  project: string;
  role: string;
  /** ISO 8601; `expires_at` and `last_used_at` may be empty. */
  created_at: string;
  expires_at: string;
  last_used_at: string;
  /** ISO 8601; the secret before the last change is valid until then; empty: it is not. */
  previous_ends_at: string;
  revoked: boolean;
}

export interface NewToken {
  name: string;
  project: string;
  role: Role;
  days: number;
}

/** What was made; `token` is the secret, which the server shows this once. */
export interface MadeToken {
  id: string;
  token: string;
  /** Of a secret that was changed: until when the old one is valid; empty: it is void already, or there was none. */
  previous_ends_at: string;
}

/** Members of the answer that are null stand for none. */
type Answer<T> = { [Name in keyof T]?: T[Name] | null };

export function readSession(from: Written<Session>): Session {
  return { role: from.role ?? 'viewer', project: from.project ?? '', name: from.name ?? '', open: from.open ?? false };
}

export function readTokenRow(from: Answer<TokenRow>): TokenRow {
  return {
    id: from.id ?? '', name: from.name ?? '', project: from.project ?? '', role: from.role ?? '', created_at: from.created_at ?? '', expires_at: from.expires_at ?? '',
    last_used_at: from.last_used_at ?? '', previous_ends_at: from.previous_ends_at ?? '', revoked: from.revoked ?? false,
  };
}

/** Whether a role reaches what `needed` may do. The server decides; this only hides what it would refuse. */
export function reaches(role: string, needed: Role): boolean {
  return ROLES.findIndex((one) => one === role) >= ROLES.indexOf(needed);
}

/** The secret before the last change is still good for something. */
export function hasOldSecret(token: TokenRow, now_ms: number): boolean {
  return token.previous_ends_at !== '' && Date.parse(token.previous_ends_at) > now_ms && tokenState(token, now_ms) === 'valid';
}

export type TokenState = 'valid' | 'expired' | 'revoked';

export function tokenState(token: TokenRow, now_ms: number): TokenState {
  if (token.revoked) return 'revoked';
  return token.expires_at !== '' && Date.parse(token.expires_at) <= now_ms ? 'expired' : 'valid';
}
