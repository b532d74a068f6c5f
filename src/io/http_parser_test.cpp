#include "io/http_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::io {
namespace {

using Kind = HttpParser::Kind;

// One message, fed in the given pieces, as one line: what came out, or the status it failed with.
std::string story(Kind kind, const std::vector<std::string>& pieces, bool ended = false, std::uint64_t body_max = UINT64_MAX) {
  HttpParser parser(kind);
  std::string body;
  std::size_t taken = 0;
  bool limited = false;
  for (const std::string& piece : pieces) {
    std::string_view bytes = piece;
    while (!bytes.empty() && !parser.failed() && !parser.done()) {
      const std::size_t count = parser.feed(bytes, [&](std::string_view part) { body += part; });
      bytes.remove_prefix(count);
      taken += count;
      if (parser.head_done() && !std::exchange(limited, true)) parser.body_max(body_max);
    }
  }
  if (ended) parser.end();
  if (parser.failed()) return fmt::format("{} {}", parser.failure().status, body);
  if (!parser.head_done()) return "incomplete head";
  const MessageHead& head = parser.head();
  return fmt::format("{}{} {} fields={} {}{} body='{}' taken={}", head.method, head.status == 0 ? "" : std::to_string(head.status),
                     head.target, head.fields.size(), head.keep_alive ? "keep" : "close", parser.done() ? "" : " incomplete", body, taken);
}

std::string request(const std::string& text) {
  return story(Kind::request, {text});
}

TEST(HttpParser, ReadsRequests) {
  EXPECT_EQ(request("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\nrest"), "GET /a?b=c fields=1 keep body='' taken=32");
  EXPECT_EQ(request("GET / HTTP/1.0\r\n\r\n"), "GET / fields=0 close body='' taken=18");
  EXPECT_EQ(request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "GET / fields=1 keep body='' taken=42");
  EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "GET / fields=2 close body='' taken=46");
  EXPECT_EQ(request("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), "GET / fields=1 keep body='' taken=29") << "one empty line is forgiven";
  EXPECT_EQ(request("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello!"), "PUT / fields=2 keep body='hello' taken=51");
  EXPECT_EQ(request("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe"), "PUT / fields=2 keep incomplete body='he' taken=48");
  EXPECT_EQ(request("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\nGET"),
            "PUT / fields=2 keep body='abcde' taken=85");
}

TEST(HttpParser, ReadsAnswers) {
  EXPECT_EQ(story(Kind::answer, {"HTTP/1.1 204 No Content\r\n\r\n"}), "204  fields=0 keep body='' taken=27");
  EXPECT_EQ(story(Kind::answer, {"HTTP/1.1 200 OK\r\n\r\nabc"}, true), "200  fields=0 close body='abc' taken=22")
      << "the end is the end of the body";
  EXPECT_EQ(story(Kind::answer, {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}, true), "400 abc") << "a cut answer is not an answer";
  EXPECT_EQ(story(Kind::answer, {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}), "304  fields=1 keep body='' taken=48");
  EXPECT_EQ(story(Kind::answer, {"HTTP/2 200\r\n\r\n"}), "400 ");
}

TEST(HttpParser, RefusesWithTheRightStatus) {
  const std::string host = "Host: x\r\n";
  const auto with = [&](const std::string& fields) { return request("POST / HTTP/1.1\r\n" + host + fields + "\r\n0\r\n\r\n"); };
  const std::pair<const char*, std::string> refused[] = {
      {"no Host", request("GET / HTTP/1.1\r\n\r\n")},
      {"two Hosts", request("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")},
      {"both lengths", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
      {"both lengths, other order", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
      {"two lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n")},
      {"a list of lengths", with("Content-Length: 5, 6\r\n")},
      {"a negative length", with("Content-Length: -5\r\n")},
      {"a signed length", with("Content-Length: +5\r\n")},
      {"a hexadecimal length", with("Content-Length: 0x5\r\n")},
      {"a huge length", with("Content-Length: 99999999999999999999\r\n")},
      {"an unknown coding", with("Transfer-Encoding: gzip\r\n")},
      {"a coding in front of chunked", with("Transfer-Encoding: gzip, chunked\r\n")},
      {"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {"a disguised coding", with("Transfer-Encoding: xchunked\r\n")},
      {"chunked in 1.0", request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
      {"a space before the colon", with("Content-Length : 5\r\n")},
      {"a folded line", with("X: a\r\n b\r\n")},
      {"a bare line feed", request("GET / HTTP/1.1\nHost: x\n\n")},
      {"a bare carriage return", with("X: a\rb\r\n")},
      {"NUL", with(std::string("X: a\0b\r\n", 8))},
      {"no version", request("GET /\r\n\r\n")},
      {"two empty lines in front", request("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")},
      {"a TLS greeting", request("\x16\x03\x01\x02")},
  };
  for (const auto& [what, outcome] : refused) EXPECT_EQ(outcome, "400 ") << what;
  EXPECT_EQ(request("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), "505 ");
  EXPECT_EQ(request("GET / HTTP/1.2\r\nHost: x\r\n\r\n"), "505 ");
}

TEST(HttpParser, RefusesBadChunks) {
  const auto chunked = [](const std::string& body) {
    return story(Kind::request, {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", body}, false, 1000);
  };
  EXPECT_EQ(chunked("x\r\n"), "400 ");
  EXPECT_EQ(chunked("\r\n"), "400 ");
  EXPECT_EQ(chunked("-1\r\n"), "400 ");
  EXPECT_EQ(chunked(" 1\r\n"), "400 ");
  EXPECT_EQ(chunked("1 \r\n"), "400 ");
  EXPECT_EQ(chunked("1\nA"), "400 ");
  EXPECT_EQ(chunked("1\r\nAB"), "400 A");
  EXPECT_EQ(chunked("00000000000000001\r\n"), "400 ") << "17 digits";
  EXPECT_EQ(chunked("FFFFFFFFFFFFFFFF\r\n"), "413 ");
  EXPECT_EQ(chunked("3e9\r\n"), "413 ") << "1001 bytes";
  EXPECT_EQ(chunked("1;" + std::string(17'000, 'x') + "\r\n"), "431 ");
  EXPECT_EQ(chunked("0\r\n" + std::string(17'000, 'x')), "431 ");
}

TEST(HttpParser, BoundsTheHead) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  const auto sized = [&](std::size_t bytes) { return request(start + std::string(bytes - start.size() - 4, 'a') + "\r\n\r\n"); };
  EXPECT_EQ(sized(http_head_max), fmt::format("GET / fields=2 keep body='' taken={}", http_head_max));
  EXPECT_EQ(sized(http_head_max + 1), "431 ");
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (std::size_t i = 1; i < http_fields_max; ++i) many += "A: b\r\n";
  EXPECT_EQ(request(many + "\r\n").substr(0, 5), "GET /");
  EXPECT_EQ(request(many + "A: b\r\n\r\n"), "431 ");
}

TEST(HttpParser, BoundsTheBody) {
  const std::string head = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(story(Kind::request, {head + "hello"}, false, 4), "413 ") << "before any byte of it";
  EXPECT_EQ(story(Kind::request, {head + "hello"}, false, 5), "PUT / fields=2 keep body='hello' taken=51");
  EXPECT_EQ(story(Kind::answer, {"HTTP/1.1 200 OK\r\n\r\nabc"}, true, 2), "413 ab");
}

RC_GTEST_PROP(HttpParserProperty, AnyCutOfTheBytesGivesTheSameResult, ()) {
  static const std::vector<std::string> texts = {
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\n",
      "\r\nPUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET",
      "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\nmore",
      "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
      "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
  };
  std::string text = *rc::gen::elementOf(texts);
  for (const int flip : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1 << 16)))
    if (flip % 5 == 0) text[static_cast<std::size_t>(flip) % text.size()] = static_cast<char>(flip >> 8);
  std::vector<std::string> pieces;
  for (std::string_view rest = text; !rest.empty();) {
    const auto length = static_cast<std::size_t>(*rc::gen::inRange(1, 9));
    pieces.emplace_back(rest.substr(0, length));
    rest.remove_prefix(std::min(length, rest.size()));
  }
  RC_ASSERT(story(Kind::request, pieces, false, 100) == story(Kind::request, {text}, false, 100));
}

// ---- targets, URLs, ranges, heads

TEST(HttpMessage, DecodesTargets) {
  const Target target = *parse_target("/a%20b/c?x=1+2&y=%26&flag&=z");
  EXPECT_EQ(target.path, "/a b/c");
  EXPECT_EQ(target.raw_query, "x=1+2&y=%26&flag&=z");
  const std::vector<std::pair<std::string, std::string>> query = {{"x", "1 2"}, {"y", "&"}, {"flag", ""}, {"", "z"}};
  EXPECT_EQ(target.query, query);
  EXPECT_EQ(parse_target("http://host:80/p?q")->path, "/p");
  EXPECT_EQ(parse_target("/a%20b/c%2Fd/%252F?x")->segments, (std::vector<std::string>{"", "a b", "c/d", "%2F"}));
  EXPECT_FALSE(parse_target("/a/..%2Fb")) << "nor in what a segment becomes";
  EXPECT_EQ(parse_target("http://host")->path, "/");
  EXPECT_EQ(parse_target("/a+b")->path, "/a+b") << "a plus is a space in queries only";
  for (const char* bad : {"a", "", "/%", "/%4", "/%zz", "/a%00", "/a%0ab", "/..", "/a/../b", "/%2e%2e/b", "/a/%2E", "/a%2f..%2fb", "/./a",
                          "/%ff", "/?a=%f", "/?a=%00", "/?a=%ff", "host:80", "/a#b"})
    EXPECT_FALSE(parse_target(bad)) << bad;
  EXPECT_TRUE(parse_target("/a..b/...")) << "dots inside of names are names";
}

TEST(HttpMessage, ReadsUrls) {
  const HttpUrl url = *parse_http_url("wss://Example.org/a?b#c");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host + " " + url.port + " " + url.authority + " " + url.target, "Example.org 443 Example.org /a?b");
  const HttpUrl six = *parse_http_url("http://[::1]:8080");
  EXPECT_EQ(six.host + " " + six.port + " " + six.authority + " " + six.target, "::1 8080 [::1]:8080 /");
  EXPECT_EQ(parse_http_url("http://x?y")->target, "/?y");
  for (const char* bad : {"", "x", "ftp://x", "http://", "http://:80", "http://x:", "http://x:0", "http://x:65536", "http://a@b",
                          "http://x/\r\nA: b", "http://x/ y"})
    EXPECT_FALSE(parse_http_url(bad)) << bad;
}

TEST(HttpMessage, ChoosesRanges) {
  const auto said = [](std::string_view field, std::uint64_t size) {
    const RangeChoice choice = choose_range(field, size);
    if (choice.kind == RangeKind::whole) return std::string("whole");
    if (choice.kind == RangeKind::unsatisfiable) return std::string("no");
    return fmt::format("{}+{}", choice.range.first, choice.range.length);
  };
  EXPECT_EQ(said("bytes=0-0", 10), "0+1");
  EXPECT_EQ(said("bytes=2-", 10), "2+8");
  EXPECT_EQ(said("bytes=2-99", 10), "2+8");
  EXPECT_EQ(said("bytes=-3", 10), "7+3");
  EXPECT_EQ(said("bytes=-30", 10), "0+10");
  EXPECT_EQ(said("bytes=10-", 10), "no");
  EXPECT_EQ(said("bytes=-0", 10), "no");
  EXPECT_EQ(said("bytes=0-", 0), "no");
  for (const char* ignored : {"", "bytes=", "bytes=-", "bytes=5-2", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b", "bytes=1"})
    EXPECT_EQ(said(ignored, 10), "whole") << ignored;
}

TEST(HttpMessage, WritesHeads) {
  EXPECT_EQ(answer_head(404, {{"X", "a\r\nSet-Cookie: b"}}), "HTTP/1.1 404 Not Found\r\nX: a  Set-Cookie: b\r\n")
      << "a value cannot add a field";
  EXPECT_EQ(http_date(from_ms(1'795'343'058'250)), "Sun, 22 Nov 2026 10:24:18 GMT");
  EXPECT_EQ(problem(413, "say \"less\"\n").body,
            R"({"type":"about:blank","title":"Content Too Large","status":413,"detail":"say \"less\"\u000a"})");
  EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_FALSE(has_token("upgraded", "upgrade"));
}

}  // namespace
}  // namespace tamarack::io
