// Reads the texts of a wish: each goes through here, so that its places are noted or filled and what they became is looked at. Only for
// wire/*.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "wire/wish_form.h"
#include "wire/wish_places.h"

namespace tamarack::wire {

class WishTexts {
 public:
  // Without captures places are only noted, and texts stay as they are.
  WishTexts(FormProblems& problems, const std::vector<flow::Captured>* captures, std::string_view base_url)
      : problems_(problems), captures_(captures), base_url_(base_url) {}

  const std::set<std::string>& places() const { return places_; }
  // What is wrong with the captures, or with what they became: a wait with such a problem is invalid.
  const std::vector<std::string>& unfilled() const { return unfilled_; }

  std::string fill(const std::string& path, const std::string& text, PlaceKind kind);
  // An address of http or https, absolute afterwards.
  std::string address(const std::string& path, const std::string& text);
  // The strings in a JSON value, at any depth, as free texts.
  boost::json::value fill_within(const std::string& path, const boost::json::value& value);

  std::string word(Form& form, std::string_view key);           // empty where the key is missing
  std::string required_word(Form& form, std::string_view key);  // a problem where it is
  std::map<std::string, std::string> named_texts(Form& form, std::string_view key);

  bool fills() const { return captures_ != nullptr; }
  struct Count {
    std::size_t with_places = 0;
    std::size_t unfilled = 0;
  };
  Count count() const { return {with_places_, unfilled_.size()}; }
  // To the form where it is its writer's mistake, to the wait where a captured value brought it about.
  void complain(const std::string& path, bool is_captured, std::string_view what);

 private:
  void look_for_forgotten(const std::string& path, const std::string& text, PlaceKind kind);

  FormProblems& problems_;
  const std::vector<flow::Captured>* captures_;
  std::string_view base_url_;
  std::set<std::string> places_;
  std::vector<std::string> unfilled_;
  std::size_t with_places_ = 0;
};

}  // namespace tamarack::wire
