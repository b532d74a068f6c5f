// The shapes that the server sends; the names are the JSON's.
export type Role = 'user' | 'manager' | 'partner' | 'anonymous';
export const roles: Role[] = ['user', 'manager', 'partner', 'anonymous'];

export type ActionType = 'query' | 'mutation';
export type Status = 'draft' | 'publishing' | 'published' | 'archived';

export interface ActionInput {
  name: string;
  type: ActionType;
  handler: string;
  definition: string;
  description: string;
  timeout_s: number;
}

export interface Action extends ActionInput {
  status: Status;
  version: number;
  created_at: string;
  updated_at: string;
  updated_by: string;
  permissions: Role[];
}

export interface Page<T> {
  total: number;
  items: T[];
}

export interface Comment {
  id: number;
  author: string;
  body: string;
  at: string;
}

export interface ActivityEntry {
  id: number;
  at: string;
  actor: string;
  kind: string;
  action_name: string;
  detail: string;
}

export interface User {
  email: string;
  name: string;
  role: 'admin' | 'editor' | 'viewer';
}

export interface Settings {
  workspace_name: string;
  default_timeout_s: number;
  notify_address: string;
}

export interface ImportLine {
  name: string;
  outcome: 'create' | 'replace' | 'skip' | 'invalid';
  problem?: string;
}

export interface SandboxAnswer {
  ok: boolean;
  output?: unknown;
  problems?: string[];
}
