// A run whose units end only when the test lets them: what the page must show is decided here, not by the clock.
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tamarack } from './processes';

/** The gate is a file per unit; a folder that is gone lets everything end, so that nothing outlives its test. */
const UNIT = `while [ -d gates ] && [ ! -e "gates/$1" ]; do sleep 0.02; done
[ "$(cat "gates/$1" 2>/dev/null)" = pass ] || { echo "unit $1 was told to fail" >&2; exit 1; }
`;

export class GatedRun {
  private constructor(readonly id: string, private readonly gates: string, private readonly project: string, private readonly where: readonly string[]) {}

  /** Starts it on the server and leaves; agents with the label `test=NAME` work on it. `name` is also its project. */
  static async start(folder: string, server: string, name: string, units: readonly string[]): Promise<GatedRun> {
    const project = await mkdtemp(join(folder, 'project-'));
    const gates = join(project, 'gates');
    await mkdir(gates, { recursive: true });
    await writeFile(join(project, 'unit.sh'), UNIT.replaceAll('gates', gates));
    await writeFile(join(project, 'tamarack.toml'), `version = 1
project = "${name}"
[suite]
framework = "command"
discover = "echo ${units.join(' ')} | tr ' ' '\\\\n'"
run = "sh unit.sh {unit}"
[workspace]
exclude = ["gates/**"]
`);
    const where = ['--server', server, '--agent-label', `test=${name}`];
    return new GatedRun(await begin(project, 'run', ...where), gates, project, where);
  }

  /** The tests that did not pass once more, in a run that takes over the other verdicts; gives its id. Gates stay as they are. */
  rerunFailed(): Promise<string> {
    return begin(this.project, 'rerun', this.id, '--failed', ...this.where);
  }

  async finish(unit: string, outcome: 'pass' | 'fail' = 'pass'): Promise<void> {
    // Under its name it is whole: the unit looks all the time.
    const written = join(this.gates, `.${unit}`);
    await writeFile(written, outcome);
    await rename(written, join(this.gates, unit));
  }
}

async function begin(project: string, ...words: string[]): Promise<string> {
  const answer = await tamarack(project, ...words, '--detach', '--json');
  return (JSON.parse(answer) as { run_id: string }).run_id;
}
