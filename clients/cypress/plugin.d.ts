/** Registers the tasks of tamarack-cypress; call it in setupNodeEvents. Returns the configuration. */
declare function register<Config>(on: (event: 'task', tasks: Record<string, (argument: any) => Promise<unknown>>) => void, config: Config): Config;
declare namespace register {
  function tasks(env?: Record<string, string | undefined>): Record<string, (argument: any) => Promise<unknown>>;
}
export = register;
