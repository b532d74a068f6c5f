#include "base/masker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace tamarack {

// The automaton of Aho and Corasick (1975): a tree of all values; every node knows the longest proper end of its text that is also in the
// tree. Children are lists: behind the root almost every node has one, and a table per node would cost 1 KiB per byte of secret.
struct MaskerTable {
  struct Node {
    std::uint32_t first_child = 0;
    std::uint32_t next_sibling = 0;
    std::uint32_t fallback = 0;
    std::uint32_t depth = 0;
    std::uint32_t match = 0;  // length of the longest value that ends here; 0 is none
    unsigned char byte = 0;
  };
  std::vector<Node> nodes{Node{}};
  std::array<std::uint32_t, 256> from_root{};

  std::uint32_t child(std::uint32_t node, unsigned char byte) const {
    if (node == 0) return from_root[byte];
    for (std::uint32_t at = nodes[node].first_child; at != 0; at = nodes[at].next_sibling)
      if (nodes[at].byte == byte) return at;
    return 0;
  }

  std::uint32_t step(std::uint32_t node, unsigned char byte) const {
    while (true) {
      if (const std::uint32_t next = child(node, byte); next != 0 || node == 0) return next;
      node = nodes[node].fallback;
    }
  }

  void add(std::string_view value) {
    std::uint32_t node = 0;
    for (const char one : value) {
      const auto byte = static_cast<unsigned char>(one);
      std::uint32_t next = child(node, byte);
      if (next == 0) {
        next = static_cast<std::uint32_t>(nodes.size());
        nodes.push_back({.next_sibling = nodes[node].first_child, .depth = nodes[node].depth + 1, .byte = byte});
        nodes[node].first_child = next;
        if (node == 0) from_root[byte] = next;
      }
      node = next;
    }
    nodes[node].match = nodes[node].depth;
  }

  // Nearest to the root first, because a fallback is always nearer.
  void link() {
    std::vector<std::uint32_t> order{0};
    for (std::size_t at = 0; at < order.size(); ++at) {
      const std::uint32_t parent = order[at];
      for (std::uint32_t node = nodes[parent].first_child; node != 0; node = nodes[node].next_sibling) {
        order.push_back(node);
        nodes[node].fallback = parent == 0 ? 0 : step(nodes[parent].fallback, nodes[node].byte);
        if (nodes[node].match == 0) nodes[node].match = nodes[nodes[node].fallback].match;
      }
    }
  }
};

namespace {

constexpr std::string_view secret_names[] = {"*token*", "*secret*", "*password*", "*passwd*", "*passphrase*", "*credential*", "*key*"};

std::string inside_json(std::string_view value) {
  std::string out;
  for (const char one : value) {
    const auto byte = static_cast<unsigned char>(one);
    if (one == '"' || one == '\\')
      out += {'\\', one};
    else if (one == '\n')
      out += "\\n";
    else if (one == '\r')
      out += "\\r";
    else if (one == '\t')
      out += "\\t";
    else if (byte < 0x20)
      out += fmt::format("\\u{:04x}", byte);
    else
      out += one;
  }
  return out;
}

// RFC 3986: everything but the unreserved characters is escaped.
std::string inside_url(std::string_view value) {
  std::string out;
  for (const char one : value) {
    const auto byte = static_cast<unsigned char>(one);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || one == '-' ||
                       one == '.' || one == '_' || one == '~';
    if (plain)
      out += one;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

// A slash is a letter here: npm reads secrets from variables such as npm_config_//registry.npmjs.org/:_authToken.
std::string without_slashes(std::string_view name) {
  return replace_all(lower(name), "/", "_");
}

}  // namespace

bool is_secret_name(std::string_view name, std::span<const std::string> more) {
  const std::string plain = without_slashes(name);
  const auto matches = [&](std::string_view pattern) { return glob_match(without_slashes(pattern), plain); };
  return std::any_of(std::begin(secret_names), std::end(secret_names), matches) || std::any_of(more.begin(), more.end(), matches);
}

Masker::Masker() : Masker(std::span<const std::string>{}) {}

Masker::Masker(std::span<const std::string> values) {
  std::set<std::string> forms;
  for (const std::string& value : values) {
    if (value.size() < masked_value_bytes_min) continue;
    forms.insert({value, inside_json(value), inside_url(value)});
    for (const std::string& line : split_lines(value)) forms.insert(std::string(trim(line)));
  }
  auto table = std::make_shared<MaskerTable>();
  for (const std::string& form : forms)
    if (form.size() >= masked_value_bytes_min) table->add(form);
  table->link();
  table_ = std::move(table);
}

std::string Masker::mask(std::string_view text) const {
  Stream stream(*this);
  std::string out = stream.push(text);
  out += stream.finish();
  return out;
}

std::string Masker::Stream::push(std::string_view chunk) {
  const std::size_t from = held_.size();
  held_ += chunk;
  read(from);
  // A value that ends later begins within the last `depth` bytes: the state is the longest end of the text that begins a value.
  return give_out(held_.size() - table_->nodes[state_].depth);
}

std::string Masker::Stream::finish() {
  std::string out = give_out(held_.size());
  state_ = 0;
  in_mask_ = false;
  return out;
}

void Masker::Stream::read(std::size_t from) {
  const MaskerTable& table = *table_;
  for (std::size_t at = from; at < held_.size(); ++at) {
    state_ = table.step(state_, static_cast<unsigned char>(held_[at]));
    if (const std::uint32_t match = table.nodes[state_].match; match != 0) cover({at + 1 - match, at + 1});
  }
}

// Matches come by their ends. A longer one swallows or extends what was found before it.
void Masker::Stream::cover(Covered found) {
  while (!covered_.empty() && covered_.back().end >= found.begin) {
    found.begin = std::min(found.begin, covered_.back().begin);
    covered_.pop_back();
  }
  covered_.push_back(found);
}

std::string Masker::Stream::give_out(std::size_t size) {
  std::string out;
  std::vector<Covered> rest;
  std::size_t at = 0;
  for (const Covered& one : covered_) {
    if (one.begin >= size) {
      rest.push_back({one.begin - size, one.end - size});
      continue;
    }
    if (one.begin > at) {
      out.append(held_, at, one.begin - at);
      in_mask_ = false;
    }
    if (!in_mask_) out += mask_text;
    in_mask_ = true;
    at = std::min(one.end, size);
    if (one.end > size) rest.push_back({0, one.end - size});
  }
  if (at < size) {
    out.append(held_, at, size - at);
    in_mask_ = false;
  }
  covered_ = std::move(rest);
  held_.erase(0, size);
  return out;
}

MadeMasker make_masker(std::span<const std::string> environment, const SecretRules& rules) {
  std::vector<std::string> values = rules.values;
  std::set<std::string> too_short;
  for (const std::string& line : environment) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = line.substr(0, equals);
    if (!is_secret_name(name, rules.names)) continue;
    const std::string value = line.substr(equals + 1);
    if (!value.empty() && value.size() < masked_value_bytes_min) too_short.insert(name);
    values.push_back(value);
  }
  return {Masker(values), {too_short.begin(), too_short.end()}};
}

}  // namespace tamarack
