#include "config/processors_file.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "config/literal.h"
#include "config/section_reader.h"

namespace tamarack::config {
namespace {

constexpr std::size_t command_bytes_max = 8'192;

class Reader {
 public:
  std::vector<TextProblem> problems_;
  std::vector<ProcessorSetting> processors_;

  void read(const toml::table& root) {
    for (const auto& [key, value] : root)
      if (key.str() != "processors") add(key.source(), fmt::format("unknown section '{}'", key.str()), "expected [processors.NAME]");
    const auto* all = root["processors"].as_table();
    if (all == nullptr || all->empty()) return add({}, "there is no [processors.NAME]", "name at least one processor and its command");
    if (all->size() > processors_max)
      return add(all->source(), fmt::format("at most {} processors, got {}", processors_max, all->size()), {});
    for (const auto& [name, value] : *all) {
      const auto* table = value.as_table();
      if (!is_plain_name(name.str()))
        add(name.source(), fmt::format("a processor's name has letters, digits, '-', '_' and '.', got '{}'", name.str()), {});
      else if (table == nullptr)
        add(name.source(), fmt::format("'{}' must be a section", name.str()), fmt::format("[processors.{}]", name.str()));
      else
        read_one(std::string(name.str()), *table);
    }
  }

 private:
  void add(const toml::source_region& where, std::string message, std::string hint) {
    const Position at{std::max<std::int64_t>(where.begin.line, 1), std::max<std::int64_t>(where.begin.column, 1)};
    problems_.push_back({at, std::move(message), std::move(hint)});
  }

  void read_one(const std::string& name, const toml::table& table) {
    ProcessorSetting processor{.name = name};
    static const std::array<std::string, 3> known{"command", "concurrency", "timeout"};
    for (const auto& [key, value] : table) {
      const std::string word(key.str());
      if (word == "command")
        read_command(processor, value);
      else if (word == "concurrency")
        read_concurrency(processor, value);
      else if (word == "timeout")
        read_timeout(processor, value);
      else
        add(key.source(), fmt::format("unknown key '{}' in [processors.{}]", word, name),
            closest(word, known) ? fmt::format("did you mean '{}'?", *closest(word, known)) : "expected command, concurrency or timeout");
    }
    if (!table.contains("command"))
      add(table.source(), fmt::format("[processors.{}] needs 'command'", name), "for example command = \"./process.sh\"");
    processors_.push_back(std::move(processor));
  }

  void read_command(ProcessorSetting& processor, const toml::node& value) {
    const auto text = value.value<std::string>();
    if (value.is_string() && text && !trim(*text).empty() && text->size() <= command_bytes_max)
      processor.command = *text;
    else
      add(value.source(), fmt::format("'command' must be a text of 1 to {} bytes", command_bytes_max), {});
  }

  void read_concurrency(ProcessorSetting& processor, const toml::node& value) {
    const auto number = value.value<std::int64_t>();
    if (value.is_integer() && number && *number >= 1 && *number <= concurrency_max)
      processor.concurrency = *number;
    else
      add(value.source(), fmt::format("'concurrency' must be an integer from 1 to {}", concurrency_max), {});
  }

  void read_timeout(ProcessorSetting& processor, const toml::node& value) {
    const auto text = value.value<std::string>();
    const auto duration = value.is_string() && text ? parse_duration(*text) : std::nullopt;
    if (duration && duration->count() > 0)
      processor.timeout = *duration;
    else
      add(value.source(), "'timeout' must be a duration", "for example \"10m\"");
  }
};

}  // namespace

ProcessorsRead read_processors_file(std::string_view text, const std::string& path) {
  ProcessorsRead result;
  toml::table root;
  auto problem = check_text(text);
  if (!problem) problem = parse_toml(text, root);
  if (problem) {
    result.problems = with_file({std::move(*problem)}, path);
    return result;
  }
  Reader reader;
  reader.read(root);
  result.processors = std::move(reader.processors_);
  result.problems = with_file(std::move(reader.problems_), path);
  return result;
}

}  // namespace tamarack::config
