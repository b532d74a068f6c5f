// A library that is loaded while the program runs, because only few need it. It stays loaded.
#pragma once

#include <string>

#include "base/result.h"

namespace tamarack::io {

class SharedLibrary {
 public:
  // Its symbols stay among themselves. Errors: not_found, with the loader's words.
  static Result<SharedLibrary> load(const std::string& name);
  // Nothing when it has none of this name.
  void* symbol(const char* name) const;

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}
  void* handle_;
};

}  // namespace tamarack::io
