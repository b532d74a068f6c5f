// The JSON Schema of described values, beside json.h, which reads and writes them. Used only inside wire/*.cpp.
#pragma once

#include "wire/json.h"

namespace tamarack::wire::json {

// Declared first: inside of a described value only what stands before it is found.
template <class T>
void write_schema(std::string& out, const T*);
template <class Tag>
void write_schema(std::string& out, const TextId<Tag>*);
template <class Tag>
void write_schema(std::string& out, const NumberId<Tag>*);
template <class T>
void write_schema(std::string& out, const std::vector<T>*);
template <class T>
void write_schema(std::string& out, const std::map<std::string, T>*);

// The instance only names the type. What is neither described nor known here may be anything.
template <class T>
void write_schema(std::string& out, const T*) {
  if constexpr (boost::describe::has_describe_members<T>::value) {
    out += R"({"type":"object","properties":{)";
    bool first = true;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto member) {
      if (!first) out += ',';
      first = false;
      write_string(out, member.name);
      out += ':';
      write_schema(out, static_cast<const std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>*>(nullptr));
    });
    out += "}}";
  } else if constexpr (std::is_enum_v<T>) {
    out += R"({"type":"string","enum":[)";
    bool first = true;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
      if (!first) out += ',';
      first = false;
      write_string(out, enumerator.name);
    });
    out += "]}";
  } else if constexpr (std::is_same_v<T, bool>) {
    out += R"({"type":"boolean"})";
  } else if constexpr (std::is_unsigned_v<T>) {
    out += R"({"type":"integer","minimum":0})";
  } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, Millis> || std::is_same_v<T, Instant>) {
    out += R"({"type":"integer"})";
  } else if constexpr (std::is_same_v<T, std::string>) {
    out += R"({"type":"string"})";
  } else {
    out += "{}";
  }
}
template <class Tag>
void write_schema(std::string& out, const TextId<Tag>*) {
  out += R"({"type":"string"})";
}
template <class Tag>
void write_schema(std::string& out, const NumberId<Tag>*) {
  out += R"({"type":"integer","minimum":0})";
}
template <class T>
void write_schema(std::string& out, const std::map<std::string, T>*) {
  out += R"({"type":"object","additionalProperties":)";
  write_schema(out, static_cast<const T*>(nullptr));
  out += '}';
}
template <class T>
void write_schema(std::string& out, const std::vector<T>*) {
  out += R"({"type":"array","items":)";
  write_schema(out, static_cast<const T*>(nullptr));
  out += '}';
}

template <class T>
std::string schema() {
  std::string out;
  write_schema(out, static_cast<const T*>(nullptr));
  return out;
}

}  // namespace tamarack::wire::json
