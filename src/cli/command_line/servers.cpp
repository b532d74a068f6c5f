#include <memory>

#include "cli/agent_command.h"
#include "cli/attach_command.h"
#include "cli/command_line/commands.h"
#include "cli/serve_command.h"
#include "cli/token_command.h"

namespace tamarack::cli {
namespace {

CLI::Option* add_data(CLI::App& app, std::string& data_dir) {
  return app.add_option("--data", data_dir, "Data folder of the server")->required();
}

void add_serve(Commands& commands, const Clock& clock) {
  const auto serve = std::make_shared<ServeOptions>();
  CLI::App* app = commands.add("serve", "Start runs for others, lease them to agents, show them; over HTTP",
                               [serve, &clock] { return serve_command(*serve, clock); });
  app->add_option("--listen", serve->listen, "HOST:PORT; port 0: any free one")->capture_default_str();
  add_data(*app, serve->data);
  app->add_option("-c,--config", serve->config, "server.toml: whom to tell of runs (webhooks, GitHub, Slack, traces), how long runs stay");
  app->add_option("--tls-cert", serve->tls_cert, "Certificate chain, PEM file");
  app->add_option("--tls-key", serve->tls_key, "Its private key, PEM file");
  app->add_flag("--open", serve->open, "Ask nobody for a token; only on a loopback address");
}

void add_watching(Commands& commands, const Clock& clock) {
  const auto attach = std::make_shared<AttachOptions>();
  CLI::App* attach_app = commands.add("attach", "Watch a run of a server to its end, and end as it does",
                                      [attach, &clock] { return attach_command(*attach, clock); });
  add_server(*attach_app, attach->server);
  add_project_options(*attach_app, attach->project);
  attach_app->add_option("run", attach->run, "Run id")->required();
  add_output(*attach_app, attach->output);
  attach_app->add_flag("--json", attach->json, "As for `tamarack run`");

  const auto cancel = std::make_shared<CancelOptions>();
  CLI::App* cancel_app = commands.add("cancel", "Stop a run of a server", [cancel] { return cancel_command(*cancel); });
  add_server(*cancel_app, cancel->server);
  cancel_app->add_option("run", cancel->run, "Run id")->required();
}

void add_agent(Commands& commands, const Clock& clock) {
  const auto agent = std::make_shared<AgentOptions>();
  const auto idle_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* app = commands.add("agent", "Work on the runs of a server with this machine's workers", [agent, idle_ms, &clock] {
    if (*idle_ms) agent->exit_when_idle = Millis{**idle_ms};
    return agent_command(*agent, clock);
  });
  add_server(*app, agent->server);
  whole_number(app->add_option("-w,--workers", agent->workers, "Workers on this machine (default: half of its processors)"), 1, 512);
  app->add_option("--name", agent->name, "Its name, different from all others (default: the machine's)");
  app->add_option("--label", agent->labels, "NAME=VALUE, for runs that ask for it (repeatable)")->allow_extra_args(false);
  app->add_option("--data", agent->data, "Folder for workspaces and artifacts (default: ~/.cache/tamarack/agent/NAME)");
  app->add_option("--processors", agent->processors, "File that names commands of this machine which execute jobs (TOML)");
  add_time(*app, "--exit-when-idle", *idle_ms, "Leave when there was nothing to do for so long, such as 5m; for CI jobs", second_ms,
           168 * hour_ms);
}

void add_token(Commands& commands, const Clock& clock) {
  commands.add_group("token", "Make, list, revoke and rotate the tokens of a server");

  const auto create = std::make_shared<TokenCreateOptions>();
  const auto expires_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* create_app =
      commands.add("token create", "Make a token and print it, this once, to standard output", [create, expires_ms, &clock] {
        if (*expires_ms) create->expires = Millis{**expires_ms};
        return token_create_command(*create, clock);
      });
  add_data(*create_app, create->data_dir);
  create_app->add_option("--project", create->project, "Project it opens, or '*' (in quotes) for all projects and the server")->required();
  create_app->add_option("--role", create->role, "viewer, runner or admin")->required();
  create_app->add_option("--label", create->label, "What it is for, in your words");
  add_time(*create_app, "--expires", *expires_ms, "How long it lives, such as 90d (default: for ever)", 0, no_limit, true);

  const auto list = std::make_shared<TokenListOptions>();
  CLI::App* list_app = commands.add("token list", "List tokens, oldest first; never their secrets",
                                    [list, &clock] { return token_list_command(*list, clock); });
  add_data(*list_app, list->data_dir);
  list_app->add_option("--project", list->project, "Only tokens of this project");
  list_app->add_flag("--json", list->json, "One JSON object per line");

  const auto revoke = std::make_shared<TokenRevokeOptions>();
  CLI::App* revoke_app =
      commands.add("token revoke", "End a token at once", [revoke, &clock] { return token_revoke_command(*revoke, clock); });
  add_data(*revoke_app, revoke->data_dir);
  revoke_app->add_option("id", revoke->id, "Id of the token, or the token itself")->required();

  const auto rotate = std::make_shared<TokenRotateOptions>();
  const auto grace_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* rotate_app =
      commands.add("token rotate", "Give a token a new secret and print it, this once, to standard output", [rotate, grace_ms, &clock] {
        if (*grace_ms) rotate->grace = Millis{**grace_ms};
        return token_rotate_command(*rotate, clock);
      });
  add_data(*rotate_app, rotate->data_dir);
  rotate_app->add_option("id", rotate->id, "Id of the token, or the token itself")->required();
  add_time(*rotate_app, "--grace", *grace_ms, "How long the old secret stays valid (default: 1h)", 0, no_limit, true);
}

}  // namespace

void add_servers(Commands& commands, const Clock& clock) {
  add_serve(commands, clock);
  add_agent(commands, clock);
  add_watching(commands, clock);
  add_token(commands, clock);
}

}  // namespace tamarack::cli
