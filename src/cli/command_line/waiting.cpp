#include <memory>

#include "cli/command_line/commands.h"
#include "cli/job_command.h"
#include "cli/signal_command.h"
#include "cli/wait_command.h"
#include "cli/waits_command.h"
#include "cli/webhook_command.h"
#include "flow/wait_spec.h"

namespace tamarack::cli {
namespace {

constexpr std::int64_t month_ms = flow::wait_limit_max.count();

CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& target, const std::string& help) {
  return app.add_option(name, target, help + " (repeatable)")->allow_extra_args(false);
}

// How answers are read, and where the wait is.
void add_reading(CLI::App& app, WaitFlags& flags) {
  constexpr const char* group = "What the answer has to say";
  app.add_option("--field", flags.field, "Path of the status in the answer, such as '$.status'")->group(group);
  add_list(app, "--map", flags.map, "STATUS=MEANING: going_on, satisfied, failed, lost, cancelled; then only these statuses are known")
      ->group(group);
  add_list(app, "--until", flags.until, "Status that satisfies; without --field a statement such as '$.rows>0', or a part of the text")
      ->group(group);
  add_list(app, "--fail", flags.fail, "Status or statement that fails at once")->group(group);
  add_list(app, "--capture", flags.capture, "NAME=PATH or NAME:TYPE=PATH, printed when satisfied")->group(group);
  app.add_option("--error-field", flags.error_field, "Path of the backend's own words about a failure")->group(group);
  whole_number(app.add_option("--hold", flags.hold, "Satisfied by so many answers in a row"), 1, 1000)->group(group);
  app.add_option("--heartbeat-field", flags.heartbeat_field, "Path of a value that changes as long as the work is alive")->group(group);
}

void add_limits(CLI::App& app, WaitFlags& flags) {
  constexpr const char* group = "For how long";
  add_time(app, "--timeout", flags.timeout_ms, "Time limit (default: 10m)", 1, month_ms)->group(group);
  add_time(app, "--every", flags.every_ms, "Between two looks (default: growing with the time waited)", 1, month_ms)->group(group);
  add_time(app, "--lost-after", flags.lost_after_ms, "Lost when the heartbeat field stays the same for so long", 0, month_ms)->group(group);
  add_time(app, "--not-found-max", flags.not_found_max_ms, "How long a 404 is forgiven at first (default: 5s)", 0, month_ms)->group(group);
  add_time(app, "--no-answer-max", flags.no_answer_max_ms, "How long nobody has to answer (default: 30s)", 0, month_ms)->group(group);
}

void add_place(CLI::App& app, WaitOptions& options) {
  app.footer("Exit codes: 0 satisfied, 1 failed, 2 usage, 3 timed out, 4 lost, 5 invalid, 6 infrastructure, 7 cancelled.");
  add_other_server(app, options.server, "Wait on this server instead of in this process");
  app.add_option("--base-url", options.base_url, "Address before those that begin with '/'");
  constexpr const char* group = "Places that an earlier run fills";
  app.add_option("--run", options.run,
                 "Fill {places} with what its tests captured: a run id, or newest; with --server a run of that server")
      ->group(group);
  app.add_option("--test", options.test, "Only from tests whose name contains this")->group(group);
  add_project_options(app, options.project);
  app.add_flag("--json", options.json, "One JSON object");
}

using AddSource = void (*)(CLI::App&, WaitFlags&);

struct SourceCommand {
  const char* name;
  const char* help;
  const char* target;
  const char* target_help;
  AddSource add;
};

void add_http(CLI::App& app, WaitFlags& flags) {
  app.add_option("--method", flags.method, "Default: GET");
  add_list(app, "--header", flags.headers, "'NAME: VALUE'");
  app.add_option("--body", flags.body, "What is sent; a JSON document is sent as one");
  app.add_flag("--discover", flags.discover, "Follow the address that a 202 names");
  app.add_option("--events", flags.events, "Address of a server-sent event stream that pushes");
  app.add_option("--cancel", flags.cancel, "URL or 'METHOD URL' (default: POST), sent when the wait ends without success");
}
void add_redis(CLI::App& app, WaitFlags& flags) {
  app.add_option("--hash", flags.hash, "Look at the fields of this hash");
  app.add_option("--key", flags.key, "Look at this string");
  app.add_option("--stream", flags.stream, "Look at the newest entry of this stream");
  app.add_option("--after", flags.after, "Only entries of the stream after this id");
  app.add_flag("--notify", flags.notify, "Keyspace notifications push");
}
void add_postgres(CLI::App& app, WaitFlags& flags) {
  app.add_option("--query", flags.query, "Its first row is the answer")->required();
  app.add_option("--channel", flags.channel, "LISTEN there pushes");
}
void add_rabbitmq(CLI::App& app, WaitFlags& flags) {
  app.add_option("--queue", flags.queue, "Read this queue without taking");
  app.add_option("--exchange", flags.exchange, "Hear what is published here, over a queue of its own");
  app.add_option("--routing-key", flags.routing_key, "Only messages with this routing key");
}
void add_log(CLI::App& app, WaitFlags& flags) {
  app.add_option("--pattern", flags.pattern, "Regular expression (ECMAScript) of the line")->required();
}
void add_command(CLI::App& app, WaitFlags& flags) {
  app.add_option("--dir", flags.dir, "Folder to run it in");
  add_list(app, "--env", flags.env, "NAME=VALUE");
}
void add_nothing(CLI::App&, WaitFlags&) {}

constexpr SourceCommand sources[] = {
    {"http", "Wait until an HTTP API says so", "url", "URL", add_http},
    {"redis", "Wait for a hash, a key or a stream of Redis", "url", "redis://host:port/database", add_redis},
    {"postgres", "Wait for a row of PostgreSQL", "url", "postgres://…, or a connection string of libpq", add_postgres},
    {"rabbitmq", "Wait for a message of RabbitMQ", "url", "amqp://…", add_rabbitmq},
    {"file", "Wait for a file", "path", "Path", add_nothing},
    {"tcp", "Wait until something listens", "address", "HOST:PORT", add_nothing},
    {"log", "Wait for a line of a log file", "path", "Path", add_log},
    {"command", "Wait until a command ends with 0; 1 means not yet", "command", "For sh -c", add_command},
    {"signal", "Wait for a signal (on a server)", "key", "Key of the signal", add_nothing},
    {"job", "Wait for a job (on a server)", "id", "Id of the job", add_nothing},
};

void add_source(Commands& commands, const SourceCommand& source, const Clock& clock) {
  const auto options = std::make_shared<WaitOptions>();
  options->flags.source = source.name;
  CLI::App* app =
      commands.add(std::string("wait ") + source.name, source.help, [options, &clock] { return wait_command(*options, clock); });
  app->add_option(source.target, options->flags.target, source.target_help)->required();
  source.add(*app, options->flags);
  app->add_option("--name", options->flags.name, "What it is, for people");
  add_reading(*app, options->flags);
  add_limits(*app, options->flags);
  add_place(*app, *options);
}

void add_wait(Commands& commands, const Clock& clock) {
  const auto options = std::make_shared<WaitOptions>();
  CLI::App* app = commands.add("wait", "Wait until something outside holds, and say how it ended",
                               [options, &clock] { return wait_command(*options, clock); });
  app->require_subcommand(0, 1);
  app->add_option("--spec", options->spec, "File with everything there is to wait for, as JSON ('-': standard input)");
  add_place(*app, *options);
  for (const SourceCommand& source : sources) add_source(commands, source, clock);
}

void add_waits(Commands& commands, const Clock& clock) {
  const auto waits = std::make_shared<WaitsOptions>();
  CLI::App* app = commands.add("waits", "List who waits for what", [waits, &clock] { return waits_command(*waits, clock); });
  add_project_options(*app, waits->project);
  add_other_server(*app, waits->server, "List the waits of this server");
  app->add_flag("--all", waits->all, "Those that are over, too");
  app->add_flag("--json", waits->json, "One JSON object per line");
}

void add_signal(Commands& commands) {
  const auto signal = std::make_shared<SignalOptions>();
  CLI::App* app =
      commands.add("signal", "Send a signal to whoever waits for its key, now or later", [signal] { return signal_command(*signal); });
  app->add_option("key", signal->key, "What waits ask for")->required();
  app->add_option("--data", signal->data, "File with its data ('-': standard input); what is no JSON becomes a text");
  app->add_option("--id", signal->id, "The same id is the same signal (default: a new one)");
  app->add_option("--type", signal->type, "Its type (default: cli)");
  app->add_flag("--json", signal->json, "The server's answer");
  add_server(*app, signal->server);
}

void add_webhook(Commands& commands) {
  commands.add_group("webhook", "Make, list and remove addresses of a server under which others send signals");

  const auto create = std::make_shared<WebhookCreateOptions>();
  const auto expires_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* create_app =
      commands.add("webhook create", "Make a webhook and print its address and its secret, this once", [create, expires_ms] {
        if (*expires_ms) create->expires = Millis{**expires_ms};
        return webhook_create_command(*create);
      });
  create_app->add_option("key", create->key, "What waits ask for")->required();
  create_app->add_flag("--once", create->once, "For one wait: who comes after it is told so");
  create_app->add_option("--scheme", create->scheme, "How requests are signed: standard-webhooks (default), hmac-sha256, or none");
  create_app->add_option("--header", create->header, "Where the signature of hmac-sha256 stands (default: X-Hub-Signature-256)");
  create_app->add_option("--secret-file", create->secret_file,
                         "File with your secret ('-': standard input; default: the server makes one)");
  add_time(*create_app, "--expires", *expires_ms, "How long it lives, such as 90d (default: for ever; with --once 60 days)", second_ms,
           400 * 24 * hour_ms, true);
  create_app->add_option("--project", create->project, "Whose it is, for tokens of all projects");
  create_app->add_flag("--json", create->json, "The server's answer");
  add_server(*create_app, create->server);

  const auto list = std::make_shared<WebhookListOptions>();
  CLI::App* list_app =
      commands.add("webhook list", "List webhooks; never their addresses or secrets", [list] { return webhook_list_command(*list); });
  list_app->add_flag("--json", list->json, "One JSON object per line");
  add_server(*list_app, list->server);

  const auto remove = std::make_shared<WebhookRemoveOptions>();
  CLI::App* remove_app = commands.add("webhook remove", "Remove a webhook at once", [remove] { return webhook_remove_command(*remove); });
  remove_app->add_option("webhook", remove->webhook, "Its name in the list, or its address")->required();
  add_server(*remove_app, remove->server);
}

CLI::App* add_job_command(Commands& commands, const std::string& name, const std::string& help, const std::shared_ptr<JobOptions>& options,
                          std::function<int()> act) {
  CLI::App* app = commands.add("job " + name, help, std::move(act));
  app->add_option("id", options->job, "Id of the job")->required();
  add_server(*app, options->server);
  return app;
}

void add_job_submit(Commands& commands) {
  const auto submit = std::make_shared<JobSubmitOptions>();
  CLI::App* app = commands.add("job submit", "Submit a job and print its id", [submit] { return job_submit_command(*submit); });
  app->add_option("kind", submit->kind, "What it is: a label to group by");
  app->add_option("--processor", submit->processor, "Processor of Tamarack that executes it (default: the application does and reports)");
  app->add_option("--file", submit->file, "File that is its input");
  app->add_option("--data", submit->data, "JSON that is its input");
  app->add_option("--key", submit->key, "The same key is the same job (default: a new one)");
  app->add_flag("--json", submit->json, "The server's answer");
  add_server(*app, submit->server);
}

void add_job(Commands& commands, const Clock& clock) {
  commands.add_group("job", "Submit jobs to a server, look at them, wait for them, cancel them");
  add_job_submit(commands);
  const auto status = std::make_shared<JobOptions>();
  add_job_command(commands, "status", "Show how a job stands", status, [status] {
    return job_status_command(*status);
  })->add_flag("--json", status->json, "One JSON object");

  const auto wait = std::make_shared<JobOptions>();
  const auto patience_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* wait_app =
      add_job_command(commands, "wait", "Wait until a job has ended; ends 0 COMPLETED, 1 FAILED, 3 not in time, 4 LOST, 7 CANCELLED", wait,
                      [wait, patience_ms, &clock] {
                        if (*patience_ms) wait->patience = Millis{**patience_ms};
                        return job_wait_command(*wait, clock);
                      });
  add_time(*wait_app, "--timeout", *patience_ms, "Time limit (default: none)", 1, month_ms);
  wait_app->add_flag("--json", wait->json, "One JSON object");

  const auto result = std::make_shared<JobOptions>();
  add_job_command(commands, "result", "Fetch what a job has made", result, [result] {
    return job_result_command(*result);
  })->add_option("-o,--output", result->output, "File to write it to (default: standard output)");

  const auto logs = std::make_shared<JobOptions>();
  add_job_command(commands, "logs", "Show what a job has written", logs, [logs] { return job_logs_command(*logs); });

  const auto cancel = std::make_shared<JobOptions>();
  add_job_command(commands, "cancel", "Cancel a job", cancel, [cancel] {
    return job_cancel_command(*cancel);
  })->add_option("--reason", cancel->reason, "Why, for whoever waits for it");
}

}  // namespace

void add_waiting(Commands& commands, const Clock& clock) {
  add_wait(commands, clock);
  add_waits(commands, clock);
  add_signal(commands);
  add_webhook(commands);
  add_job(commands, clock);
}

}  // namespace tamarack::cli
