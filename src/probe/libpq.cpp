#include "probe/libpq.h"

#include <fmt/format.h>

#include "io/shared_library.h"

namespace tamarack::probe {
namespace {

constexpr const char* install = "install PostgreSQL's client library (Debian: libpq5, Fedora: libpq)";

Result<LibPq> load() {
  auto library = io::SharedLibrary::load("libpq.so.5");
  if (!library) return make_error(ErrorCode::not_found, library.error().message + "; " + install);
  LibPq pq;
  const char* missing = nullptr;
#define TAMARACK_LIBPQ_LOAD(name)                                        \
  pq.name = reinterpret_cast<decltype(&::name)>(library->symbol(#name)); \
  if (pq.name == nullptr) missing = #name;
  TAMARACK_LIBPQ(TAMARACK_LIBPQ_LOAD)
#undef TAMARACK_LIBPQ_LOAD
  if (missing != nullptr) return make_error(ErrorCode::not_found, fmt::format("'libpq.so.5' has no {}; {}", missing, install));
  return pq;
}

}  // namespace

Result<const LibPq*> LibPq::get() {
  static const Result<LibPq> loaded = load();
  if (!loaded) return loaded.error();
  return &*loaded;
}

}  // namespace tamarack::probe
