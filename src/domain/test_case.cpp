#include "domain/test_case.h"

#include "base/hash.h"
#include "base/text.h"

namespace tamarack::domain {

TestId make_test_id(const TestIdentity& identity) {
  // The root is a format number of the id, not a secret. Changing it forgets all history.
  constexpr std::uint64_t id_format = 1;
  std::string titles;
  for (const std::string& title : identity.title_path) titles += title + '\x1f';
  return TestId{hex64(hash_parts(id_format, {identity.spec, titles, identity.parameters}))};
}

std::string display_title(const TestIdentity& identity) {
  std::string name = join(identity.title_path, " › ");
  if (!identity.parameters.empty()) name += (name.empty() ? "[" : " [") + identity.parameters + "]";
  return name;
}

std::string display_name(const TestIdentity& identity) {
  const std::string title = display_title(identity);
  if (identity.spec.empty()) return title;
  return title.empty() ? identity.spec : identity.spec + " › " + title;
}

}  // namespace tamarack::domain
