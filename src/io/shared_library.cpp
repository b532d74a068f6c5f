#include "io/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace tamarack::io {

Result<SharedLibrary> SharedLibrary::load(const std::string& name) {
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = ::dlerror();
    return make_error(ErrorCode::not_found, fmt::format("cannot load '{}': {}", name, why == nullptr ? "unknown reason" : why));
  }
  return SharedLibrary(handle);
}

void* SharedLibrary::symbol(const char* name) const {
  return ::dlsym(handle_, name);
}

}  // namespace tamarack::io
