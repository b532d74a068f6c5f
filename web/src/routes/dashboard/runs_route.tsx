// The list of runs. Its newest part is asked for again and again, so that runs come in, go on and end before the reader's eyes.
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { isAtWork } from '../../model/outcome';
import { formatPlace, type RunFilter } from '../../model/place';
import { mergeRuns, verdictChanges, type RunRow } from '../../model/run_row';
import { navigate, type History } from '../../ui/navigation';
import { ProblemNote } from '../../views/dashboard/notes';
import { RunFilters } from '../../views/dashboard/run_filters';
import { RunTable } from '../../views/dashboard/run_table';
import { useSearchText } from '../use_test_search';
import type { PageProps } from './page_props';
import { useInSight } from './use_loaded';
import { usePages } from './use_pages';
import { useSearchField } from '../use_search_field';

const PART = 200;
/** How much of the list's beginning is kept up to date. */
const NEWEST = 50;
/** Runs further down that still go on are asked for one by one, so many at most. */
const OLDER_MAX = 8;
const EVERY_MS = 3_000;
const BRANCHES_MAX = 40;
const BRANCH_PAUSE_MS = 300;

export function RunsRoute({ api, projects, announce, filter }: PageProps & { filter: RunFilter }): React.ReactNode {
  const key = formatPlace({ page: 'runs', filter });
  const change = (next: Partial<RunFilter>, history: History = 'push'): void => navigate(formatPlace({ page: 'runs', filter: { ...filter, ...next } }), history);
  const field = useSearchField(filter.text, (text) => change({ text }, 'replace'));
  const [branch, typeBranch] = useSearchText(filter.branch, (text) => change({ branch: text }, 'replace'), BRANCH_PAUSE_MS);
  const pages = usePages<RunRow>(key, (before, signal) => api.runs(filter, PART, before, signal));
  const { change: changeRows, rows } = pages;
  const seen = useRef(rows);
  useEffect(() => {
    seen.current = rows;
  }, [rows]);
  const refresh = useCallback(() => {
    const ask = async (): Promise<void> => {
      const { rows: newest } = await api.runs(filter, NEWEST, null);
      const known = new Set(newest.map((run) => run.run_id));
      const older = seen.current.filter((run) => isAtWork(run.verdict) && !known.has(run.run_id)).slice(0, OLDER_MAX);
      const now = [...newest, ...await Promise.all(older.map((run) => api.run(run.run_id)))];
      for (const sentence of verdictChanges(seen.current, now)) announce(sentence);
      changeRows((before) => mergeRuns(before, now).filter((run) => filter.verdict === '' || run.verdict === filter.verdict));
    };
    ask().catch(() => undefined);  // The next round tries again; rows that are shown stay.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, key, changeRows, announce]);
  useInSight(EVERY_MS, refresh);
  const branches = useMemo(() => [...new Set(rows.map((run) => run.branch))].filter((one) => one !== '').sort().slice(0, BRANCHES_MAX), [rows]);
  const filtered = Object.values(filter).some((value) => value !== '');
  return (
    <>
      <h1 className="visually-hidden">Runs</h1>
      <RunFilters
        filter={filter} text={field.text} search={field.search} branch={branch} typeBranch={typeBranch} change={change} projects={projects.map((one) => one.project)} branches={branches} inputRef={field.inputRef}
      />
      {pages.problem !== null && <ProblemNote title={pages.problem.title} detail={pages.problem.message} faults={pages.problem.faults} retry={pages.reload} />}
      <RunTable runs={rows} loadMore={pages.loadMore} busy={pages.loading} empty={pages.loading ? 'Loading the runs…' : filtered ? 'No run matches these filters.' : <>There are no runs yet. <code>tamarack run --server {window.location.origin}</code> starts one.</>} />
    </>
  );
}
