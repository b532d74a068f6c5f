// The binary under test as processes of a test: started with nothing of the environment of this run, ended with the test.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const binary = process.env.TAMARACK_BIN ?? '';

/** Without the variables of the CI job and of the Tamarack that runs this test: a run must not take them for its own. */
function environment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' };
}

/** Runs a command to its end and gives what it printed; throws with its words when it did not end with 0. */
export function tamarack(folder: string, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(binary, words, { cwd: folder, env: environment(folder), timeout: 30_000 }, (fault, out, words_of_it) => {
      if (fault === null) resolve(out.trim());
      else reject(new Error(`tamarack ${words.join(' ')}: ${fault.message}\n${out}${words_of_it}`));
    });
  });
}

export class Process {
  private readonly child: ChildProcess;

  constructor(folder: string, words: readonly string[]) {
    this.child = spawn(binary, words, { cwd: folder, env: environment(folder), stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** What it prints first. */
  async firstLine(): Promise<string> {
    const { stdout } = this.child;
    if (stdout === null) throw new Error('a process without standard output');
    const lines = createInterface(stdout);
    const silent_end = once(this.child, 'exit').then(() => { throw new Error('it ended without a word'); });
    const [line] = await Promise.race([once(lines, 'line'), silent_end]) as [string];
    lines.close();
    stdout.resume();
    return line;
  }

  /** Comes back when it has ended by itself. */
  async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended();
  }
}
