// The table of the API's routes. A handler gets {db, store, user, parameters, query, body(), response, config} and
// returns what is sent as JSON; roles are asked for here and nowhere else.
import { setTimeout as delay } from 'node:timers/promises';
import { roles } from './action_rules.js';
import { require_role, sign_in, sign_out } from './auth.js';
import { HttpError, Router } from './http.js';
import { call_in_sandbox } from './sandbox.js';
import { read_settings, write_settings } from './settings.js';
import { apply_import, export_actions, plan_import, public_plan } from './transfer.js';

const comment_length_max = 1000;

function list_query(query) {
  const number = (key, fallback) => {
    const value = Number(query.get(key) ?? fallback);
    if (!Number.isInteger(value) || value < 1) throw new HttpError(400, 'bad_query', `${key} must be a whole number from 1`);
    return value;
  };
  return {
    q: query.get('q') ?? '',
    type: query.get('type') ?? '',
    status: query.get('status') ?? '',
    sort: query.get('sort') ?? 'name',
    action: query.get('action') ?? '',
    kind: query.get('kind') ?? '',
    page: number('page', 1),
    page_size: number('page_size', 10),
  };
}

const editor = (user) => require_role(user, 'editor').name;

function add_session_routes(router) {
  router.add('POST /api/session', async ({ db, body, response }) => {
    const { email, password } = await body();
    const { user, cookie } = sign_in(db, email, password);
    response.setHeader('set-cookie', cookie);
    return { user };
  });
  router.add('GET /api/session', ({ user }) => ({ user: require_role(user, 'viewer') }));
  router.add('DELETE /api/session', ({ db, request, response }) => {
    response.setHeader('set-cookie', sign_out(db, request));
    return {};
  });
}

function add_action_routes(router) {
  router.add('GET /api/actions', ({ store, user, query }) => require_role(user, 'viewer') && store.list(list_query(query)));
  router.add('POST /api/actions', async ({ store, user, body, response }) => {
    const actor = editor(user);
    response.statusCode = 201;
    return store.create(await body(), actor);
  });
  router.add('POST /api/actions/bulk', async ({ db, store, user, body }) => {
    const actor = editor(user);
    const { names, operation } = await body();
    const is_list = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string');
    if (!is_list || !['archive', 'delete'].includes(operation)) {
      throw new HttpError(422, 'invalid', "names must be a list of names and operation 'archive' or 'delete'");
    }
    db.transaction(() => {
      for (const name of names) operation === 'delete' ? store.remove(name, actor) : store.move(name, 'archive', actor);
    });
    return { count: names.length };
  });
  router.add('GET /api/actions/:name', ({ store, user, parameters }) => require_role(user, 'viewer') && store.get(parameters.name));
  router.add('PUT /api/actions/:name', async ({ store, user, parameters, body }) => {
    const actor = editor(user);
    const input = await body();
    return store.save(parameters.name, input, input.version, actor);
  });
  router.add('DELETE /api/actions/:name', ({ store, user, parameters }) => {
    store.remove(parameters.name, editor(user));
    return {};
  });
  router.add('POST /api/actions/:name/publish', ({ store, user, parameters, publish_later }) => {
    const action = store.move(parameters.name, 'publish', editor(user));
    publish_later(action.name);
    return action;
  });
  for (const verb of ['archive', 'restore']) {
    router.add(`POST /api/actions/:name/${verb}`, ({ store, user, parameters }) => store.move(parameters.name, verb, editor(user)));
  }
}

function add_detail_routes(router) {
  router.add('PUT /api/actions/:name/permissions', async ({ store, user, parameters, body }) => {
    const actor = editor(user);
    const { role, allowed } = await body();
    if (!roles.includes(role) || typeof allowed !== 'boolean') {
      throw new HttpError(422, 'invalid', `role must be one of: ${roles.join(', ')}, and allowed true or false`);
    }
    return { permissions: store.set_permission(parameters.name, role, allowed, actor) };
  });
  router.add('GET /api/actions/:name/comments', ({ store, user, parameters }) =>
    require_role(user, 'viewer') && { items: store.comments(parameters.name) });
  router.add('POST /api/actions/:name/comments', async ({ store, user, parameters, body }) => {
    const actor = require_role(user, 'viewer').name;
    const { body: text } = await body();
    if (typeof text !== 'string' || !text.trim() || text.length > comment_length_max) {
      throw new HttpError(422, 'invalid', `A comment has 1 to ${comment_length_max} characters.`);
    }
    return { items: store.add_comment(parameters.name, text.trim(), actor) };
  });
  router.add('DELETE /api/actions/:name/comments/:id', ({ store, user, parameters }) => {
    store.remove_comment(parameters.name, Number(parameters.id), require_role(user, 'viewer'));
    return {};
  });
  router.add('POST /api/actions/:name/sandbox', async ({ store, user, parameters, body, config }) => {
    editor(user);
    const { input } = await body();
    if (input === null || typeof input !== 'object' || Array.isArray(input)) {
      throw new HttpError(422, 'invalid', 'input must be a JSON object');
    }
    const action = store.get(parameters.name);
    await delay(config.sandbox_ms);
    return call_in_sandbox(action, input);
  });
}

function add_workspace_routes(router) {
  router.add('GET /api/activity', ({ store, user, query }) => require_role(user, 'viewer') && store.activity(list_query(query)));
  router.add('GET /api/export', ({ store, user, query, response }) => {
    require_role(user, 'viewer');
    response.setHeader('content-disposition', 'attachment; filename="actions.json"');
    return export_actions(store, list_query(query));
  });
  router.add('POST /api/import', async ({ db, store, user, body }) => {
    const actor = editor(user);
    const { document, on_conflict = 'skip', dry_run = false } = await body();
    const plan = plan_import(store, document ?? {}, on_conflict);
    if (!dry_run) apply_import(db, store, plan, actor);
    return { plan: public_plan(plan) };
  });
  router.add('GET /api/settings', ({ db, user }) => require_role(user, 'viewer') && read_settings(db));
  router.add('PUT /api/settings', async ({ db, user, body }) => {
    require_role(user, 'admin');
    return write_settings(db, await body());
  });
}

export function make_router() {
  const router = new Router();
  add_session_routes(router);
  add_action_routes(router);
  add_detail_routes(router);
  add_workspace_routes(router);
  return router;
}
