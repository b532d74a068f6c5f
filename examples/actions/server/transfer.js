// Export and import of actions as one JSON document. An import is checked whole before anything is written.
import { check_action, normalise_action, roles } from './action_rules.js';
import { HttpError } from './http.js';

export const format_version = 1;
const import_actions_max = 500;

export function export_actions(store, query) {
  const actions = [];
  for (let page = 1; ; page += 1) {
    const { items, total } = store.list({ ...query, sort: 'name', page, page_size: 100 });
    actions.push(...items);
    if (items.length === 0 || actions.length >= total) break;
  }
  return {
    format: 'actions-export',
    version: format_version,
    actions: actions.map(({ name, type, handler, definition, description, timeout_s, permissions }) => ({
      name, type, handler, definition, description, timeout_s, permissions,
    })),
  };
}

function check_document(document) {
  if (document.format !== 'actions-export' || !Array.isArray(document.actions)) {
    throw new HttpError(422, 'invalid', "This is not an export of actions: 'format' must be 'actions-export' and 'actions' a list.");
  }
  if (document.version !== format_version) {
    throw new HttpError(422, 'invalid', `The export has version ${document.version}; this console reads version ${format_version}.`);
  }
  if (document.actions.length > import_actions_max) {
    throw new HttpError(422, 'invalid', `An import may hold at most ${import_actions_max} actions, got ${document.actions.length}.`);
  }
}

// What an import would do: one line for each action, `outcome` being create, replace, skip or invalid.
export function plan_import(store, document, on_conflict) {
  check_document(document);
  const seen = new Set();
  return document.actions.map((input) => {
    const action = normalise_action(input ?? {});
    const problems = Object.values(check_action(action));
    const permissions = Array.isArray(input?.permissions) ? input.permissions : [];
    problems.push(...permissions.filter((role) => !roles.includes(role)).map((role) => `There is no role '${role}'.`));
    if (seen.has(action.name)) problems.push(`The export holds '${action.name}' twice.`);
    seen.add(action.name);
    const line = { name: action.name || '(no name)', action, permissions };
    if (problems.length > 0) return { ...line, outcome: 'invalid', problem: problems.join(' ') };
    if (!store.has(action.name)) return { ...line, outcome: 'create' };
    return { ...line, outcome: on_conflict === 'replace' ? 'replace' : 'skip' };
  });
}

export function apply_import(db, store, plan, actor) {
  const bad = plan.filter((line) => line.outcome === 'invalid');
  if (bad.length > 0) throw new HttpError(422, 'invalid', `${bad.length} of ${plan.length} actions cannot be imported.`);
  db.transaction(() => {
    for (const { name, action, permissions, outcome } of plan) {
      if (outcome === 'skip') continue;
      if (outcome === 'create') store.create(action, actor);
      else store.save(name, action, undefined, actor);
      for (const role of roles) store.set_permission(name, role, permissions.includes(role), actor);
    }
  });
}

export const public_plan = (plan) => plan.map(({ name, outcome, problem }) => ({ name, outcome, problem }));
