// What every test starts from: a browser that is signed in, and data of its own made through the API. Names are unique,
// so tests neither see nor disturb each other when they share one server.
import { test as base, expect, type APIRequestContext, type APIResponse, type Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';

export { expect };

export const passwords = { ada: 'ada-secret', eli: 'eli-secret', vera: 'vera-secret' };
export type Person = keyof typeof passwords;

export interface ActionInput {
  name: string;
  type: 'query' | 'mutation';
  handler: string;
  definition: string;
  description: string;
  timeout_s: number;
}

export interface Action extends ActionInput {
  status: string;
  version: number;
  updated_by: string;
  permissions: string[];
}

export const unique = (prefix: string) => `${prefix}_${randomBytes(4).toString('hex')}`;

export function action_input(name: string, changes: Partial<ActionInput> = {}): ActionInput {
  const type = changes.type ?? 'mutation';
  const root = type === 'query' ? 'Query' : 'Mutation';
  return {
    name,
    type,
    handler: `https://handlers.example.com/${name}`,
    definition: `type ${root} {\n  ${name}(id: ID!, amount: Int): Receipt!\n}`,
    description: `Made for ${name}`,
    timeout_s: 30,
    ...changes,
  };
}

export async function sign_in(request: APIRequestContext, person: Person) {
  const response = await request.post('/api/session', { data: { email: `${person}@example.com`, password: passwords[person] } });
  expect(response.status(), await response.text()).toBe(200);
}

// The API as one person; a refused call fails the test with the server's answer.
export class Api {
  constructor(readonly request: APIRequestContext) {}

  private async answer<T>(response: APIResponse): Promise<T> {
    expect(response.ok(), `${response.url()} answered ${response.status()}: ${await response.text()}`).toBe(true);
    return response.json();
  }

  async create(name: string, changes: Partial<ActionInput> = {}): Promise<Action> {
    return this.answer(await this.request.post('/api/actions', { data: action_input(name, changes) }));
  }

  async get(name: string): Promise<Action> {
    return this.answer(await this.request.get(`/api/actions/${name}`));
  }

  async exists(name: string): Promise<boolean> {
    return (await this.request.get(`/api/actions/${name}`)).status() === 200;
  }

  async save(name: string, changes: Partial<ActionInput>): Promise<Action> {
    return this.answer(await this.request.put(`/api/actions/${name}`, { data: { ...(await this.get(name)), ...changes } }));
  }

  async move(name: string, verb: 'publish' | 'archive' | 'restore'): Promise<Action> {
    return this.answer(await this.request.post(`/api/actions/${name}/${verb}`));
  }

  async permit(name: string, role: string, allowed = true) {
    return this.answer(await this.request.put(`/api/actions/${name}/permissions`, { data: { role, allowed } }));
  }

  async comment(name: string, body: string) {
    return this.answer(await this.request.post(`/api/actions/${name}/comments`, { data: { body } }));
  }

  async import(actions: (ActionInput & { permissions?: string[] })[]) {
    const document = { format: 'actions-export', version: 1, actions };
    return this.answer(await this.request.post('/api/import', { data: { document, on_conflict: 'skip' } }));
  }
}

// Fills the form of an action; used for a new one as well as for one that exists.
export async function fill_form(page: Page, input: Partial<ActionInput>) {
  if (input.name !== undefined) await page.getByRole('textbox', { name: 'Name' }).fill(input.name);
  if (input.type) await page.getByText(input.type === 'query' ? 'Query' : 'Mutation', { exact: true }).click();
  if (input.definition !== undefined) await page.getByRole('textbox', { name: 'Definition' }).fill(input.definition);
  if (input.handler !== undefined) await page.getByLabel('Handler').fill(input.handler);
  if (input.timeout_s !== undefined) await page.getByLabel('Timeout').fill(String(input.timeout_s));
  if (input.description !== undefined) await page.getByLabel('Description').fill(input.description);
}

interface Options {
  // Who is signed in when the test begins; null for nobody.
  person: Person | null;
}

export const test = base.extend<Options & { api: Api }>({
  person: ['ada', { option: true }],
  page: async ({ page, person }, use) => {
    if (person) await sign_in(page.request, person);
    await use(page);
  },
  // Always an admin, whoever sits at the browser.
  api: async ({ playwright, baseURL }, use) => {
    const request = await playwright.request.newContext({ baseURL });
    await sign_in(request, 'ada');
    await use(new Api(request));
    await request.dispose();
  },
});
