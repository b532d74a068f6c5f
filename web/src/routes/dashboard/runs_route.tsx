// The list of runs. Its newest part is asked for again and again, so that runs come in, go on and end before the reader's eyes.
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { Api } from '../../api/api';
import { asProblem } from '../../api/problem';
import { isAtWork } from '../../model/outcome';
import { formatPlace, type RunFilter } from '../../model/place';
import { updateRuns, verdictChanges, type RunRow } from '../../model/run_row';
import { navigate, type History } from '../../ui/navigation';
import { LineBroken, ProblemNote } from '../../views/dashboard/notes';
import { RunFilters } from '../../views/dashboard/run_filters';
import { RunTable } from '../../views/dashboard/run_table';
import { useSearchText } from '../use_test_search';
import type { PageProps } from './page_props';
import type { ListOrder } from './renew_head';
import { useRefresh } from './use_in_sight';
import { usePages } from './use_pages';
import { useSearchField } from '../use_search_field';

const PART = 200;
/** How much of the list's beginning is kept up to date. */
const NEWEST = 50;
/** Runs further down that still go on are asked for one by one, so many at most. */
const OLDER_MAX = 8;
const EVERY_MS = 3_000;
const ORDER: ListOrder<RunRow> = { id: (run) => run.run_id, at: (run) => run.started_at };
const BRANCHES_MAX = 40;
const BRANCH_PAUSE_MS = 300;

export function RunsRoute({ api, projects, announce, filter }: PageProps & { filter: RunFilter }): React.ReactNode {
  const key = formatPlace({ page: 'runs', filter });
  const change = (next: Partial<RunFilter>, history: History = 'push'): void => navigate(formatPlace({ page: 'runs', filter: { ...filter, ...next } }), history);
  const field = useSearchField(filter.text, (text) => change({ text }, 'replace'));
  const [branch, typeBranch] = useSearchText(filter.branch, (text) => change({ branch: text }, 'replace'), BRANCH_PAUSE_MS);
  const pages = usePages<RunRow>(key, (before, signal) => api.runs(filter, PART, before, signal), ORDER);
  const { change: changeRows, renew, rows } = pages;
  const seen = useRef(rows);
  useEffect(() => {
    seen.current = rows;
  }, [rows]);
  const refresh = useCallback(async () => {
    const newest = await api.runs(filter, NEWEST, null);
    const known = new Set(newest.rows.map((run) => run.run_id));
    const older = seen.current.filter((run) => isAtWork(run.verdict) && !known.has(run.run_id)).slice(0, OLDER_MAX);
    const found = await Promise.all(older.map((run) => runIfThere(api, run.run_id)));
    const gone = new Set(older.filter((_, at) => found[at] === null).map((run) => run.run_id));
    const now = [...newest.rows, ...found.filter((run) => run !== null)];
    for (const sentence of verdictChanges(seen.current, now)) announce(sentence);
    renew(newest);
    changeRows((before) => updateRuns(before, now).filter((run) => !gone.has(run.run_id) && (filter.verdict === '' || run.verdict === filter.verdict)));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, key, changeRows, renew, announce]);
  const broken = useRefresh(EVERY_MS, refresh);
  const branches = useMemo(() => [...new Set(rows.map((run) => run.branch))].filter((one) => one !== '').sort().slice(0, BRANCHES_MAX), [rows]);
  const filtered = Object.values(filter).some((value) => value !== '');
  return (
    <>
      <h1 className="visually-hidden">Runs</h1>
      <RunFilters
        filter={filter} text={field.text} search={field.search} branch={branch} typeBranch={typeBranch} change={change} projects={projects.map((one) => one.project)} branches={branches} inputRef={field.inputRef}
      />
      {broken && pages.problem === null && <LineBroken />}
      {pages.problem !== null && <ProblemNote title={pages.problem.title} detail={pages.problem.message} faults={pages.problem.faults} retry={pages.reload} />}
      <RunTable runs={rows} loadMore={pages.loadMore} busy={pages.loading} empty={pages.loading ? 'Loading the runs…' : filtered ? 'No run matches these filters.' : <>There are no runs yet. <code>tamarack run --server {window.location.origin}</code> starts one.</>} />
    </>
  );
}

/** Null: the run was removed meanwhile, which says nothing against the line. */
async function runIfThere(api: Api, run: string): Promise<RunRow | null> {
  try {
    return await api.run(run);
  } catch (fault) {
    if ([404, 410].includes(asProblem(fault).status)) return null;
    throw fault;
  }
}
