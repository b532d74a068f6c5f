#include <cstdio>
#include <memory>

#include "cli/command_line/commands.h"
#include "cli/doctor_command.h"
#include "cli/init_command.h"
#include "cli/live_display.h"
#include "config/generated.h"

namespace tamarack::cli {

// Commands for setting a project up.
void add_setting_up(Commands& commands) {
  const auto init = std::make_shared<InitOptions>();
  CLI::App* init_app =
      commands.add("init", "Look at the repository and write a commented tamarack.toml", [init] { return init_command(*init); });
  init_app->add_option("directory", init->directory, "Where it is to stand")->capture_default_str();
  init_app->add_flag("--force", init->force, "Replace an existing file");
  init_app->add_flag("-y,--yes", init->yes, "Take every default, ask nothing");

  const auto doctor = std::make_shared<DoctorOptions>();
  CLI::App* doctor_app = commands.add("doctor", "Check everything a run needs and say what to do", [doctor] {
    doctor->colour = choose_screen(doctor->json).colour;
    return doctor_command(*doctor);
  });
  doctor_app->add_option("-c,--config", doctor->config_path, "Configuration file")->capture_default_str();
  CLI::Option* url = add_other_server(*doctor_app, doctor->server, "Look at this server, the token and its agents as well");
  add_agent_label(*doctor_app, doctor->agent_labels)->needs(url);
  doctor_app->add_flag("--json", doctor->json, "One JSON object");

  commands.add("schema", "Print the JSON Schema of tamarack.toml, for editors", [] {
    std::fputs(config::json_schema().c_str(), stdout);
    return 0;
  });
}

}  // namespace tamarack::cli
