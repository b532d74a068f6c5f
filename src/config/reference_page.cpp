#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/generated.h"
#include "config/placeholder.h"
#include "config/read_config.h"
#include "config/schema.h"

namespace tamarack::config {
namespace {

constexpr std::string_view introduction = R"(# Configuration: tamarack.toml

One file, `tamarack.toml`, stands in the folder from which tests are run. `tamarack init` writes a first one, `tamarack doctor` checks it
together with everything else a run needs.

This page is generated from `src/config/keys.cpp`, and so is [tamarack.schema.json](tamarack.schema.json), which gives editors completion and
checks while you type. With the TOML extensions that read schemas, put this on the first line:

```toml
#:schema ./tamarack.schema.json
```

A small complete file:

```toml
version = 1
project = "shop"

[suite]
framework = "playwright"

[app]
start = "npm run start"
ready = { http = "/healthz", timeout = "90s" }

[run]
workers = 4
retries = 1
```

Every problem in the file is reported at once, with its line and column. Unknown keys are errors, because a mistyped key that is silently
ignored is worse than none.

## Values

| value | is written as |
|---|---|
| duration | a string of whole numbers with `h`, `m`, `s` and `ms`: `"500ms"`, `"30s"`, `"2m"`, `"1h30m"` |
| size | a string of a whole number with `B`, `KB`, `MB`, `GB` or `TB` (powers of 1000): `"2GB"` |
| date | a string: `"2027-01-31"` |
| pattern | `*` and `?` stay inside one folder, `**` crosses folders: `"checkout/**/*.spec.ts"` |

Commands and environment values may hold these words:

| word | stands for |
|---|---|
)";

constexpr std::string_view after_placeholders = R"(
Other braces are left alone (`${HOME}`, `{a,b}`, `{{.Id}}`). Another `{word}` is an error, because it mostly is a typo; write `{{word}}` where the
literal text `{word}` is meant.

The application and the tests find the same facts in their environment:

| variable | holds |
|---|---|
| `PORT`, `TAMARACK_PORT` | the worker's port |
| `BASE_URL`, `TAMARACK_BASE_URL` | the address of the worker's application, `http://127.0.0.1:PORT` |
| `TAMARACK_DATA` | the worker's folder |
| `TAMARACK_WORKER`, `TAMARACK_WORKER_INDEX` | the worker's name and its number |
| `TAMARACK_RUN`, `TAMARACK_SEED` | the run and its seed |
)";

std::string limits_of(const Key& key) {
  std::string text = expected_value(key);
  if (key.kind == Kind::choice) return replace_all(text.substr(std::string_view("one of ").size()), "\"", "`");
  if (const std::size_t example = text.find(" such as "); example != std::string::npos) text.resize(example);
  for (const std::string_view article : {"a ", "an "})
    if (text.starts_with(article)) text.erase(0, article.size());
  return replace_all(text, "\"", "`");
}

// All keys of a repeated section with their examples and one of its alternatives, so that it can be copied.
std::string section_example(const Section& section) {
  std::string out;
  for (const Key* key : keys_of(section.name)) {
    const bool is_alternative =
        std::find(section.alternatives.begin(), section.alternatives.end(), key->name) != section.alternatives.end();
    if (!is_alternative || section.alternatives.front() == key->name) out += fmt::format("{} = {}\n", key->name, key->example);
  }
  return out;
}

std::string section_text(const Section& section) {
  std::string out = section.name.empty() ? "\n## Top level\n\n" : fmt::format("\n## {}\n\n", heading_of(section));
  if (!section.keys_like.empty()) return out + fmt::format("{}\n", section.description);
  out += fmt::format("{}\n\n| key | type | default | what it is |\n|---|---|---|---|\n", section.description);
  for (const Key* key : keys_of(section.name)) {
    const std::string fallback = key->required                ? "required"
                                 : key->default_value.empty() ? "unset"
                                                              : fmt::format("`{}`", key->default_value);
    out += fmt::format("| `{}` | {} | {} | {} Example: `{}` |\n", key->name, limits_of(*key), fallback, key->description, key->example);
  }
  if (!section.example.empty()) return out + fmt::format("\n```toml\n{}```\n", section.example);
  if (section.repeated && section.name.find('.') == std::string_view::npos)
    out += fmt::format("\n```toml\n{}\n{}```\n", heading_of(section), section_example(section));
  return out;
}

}  // namespace

std::string reference_markdown() {
  std::string out(introduction);
  for (const Placeholder& word : worker_placeholders()) out += fmt::format("| `{{{}}}` | {} |\n", word.name, word.description);
  for (const Placeholder& word : unit_placeholders())
    out += fmt::format("| `{{{}}}` | {} Only in `suite.run` and `suite.results`. |\n", word.name, word.description);
  out += after_placeholders;
  for (const Section& section : sections()) out += section_text(section);
  return out;
}

}  // namespace tamarack::config
