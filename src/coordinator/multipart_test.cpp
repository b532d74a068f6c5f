#include "coordinator/multipart.h"

#include <gtest/gtest.h>

namespace tamarack::coordinator {
namespace {

const std::string form =
    "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n--x\r\n--\r\n"
    "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".txt\"\r\nContent-Type: text/plain\r\n\r\n"
    "one\r\n--bx is no boundary of ours?\r\n\r\n--c\r\n"
    "\r\n--b--\r\nepilogue";

struct Read {
  std::string bytes;
  std::string name;
  std::string error;
};
Read read(const std::string& body, std::size_t piece, const std::string& boundary = "b") {
  Read got;
  MultipartFile file(boundary, "file", [&](std::string_view bytes) { got.bytes += bytes; });
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (const auto fed = file.feed(std::string_view(body).substr(at, piece)); !fed) {
      got.error = fed.error().message;
      return got;
    }
  if (const auto ended = file.end(); !ended) got.error = ended.error().message;
  got.name = file.file_name();
  return got;
}

TEST(Multipart, TheFileComesOutWhateverThePieces) {
  const std::string content = "first\r\n-\r\n--\r\n--no\r\nlast";
  const std::string body =
      "--b0\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b0\r\nContent-Disposition: form-data; name=\"file\"; "
      "filename=\"a \\\"b\\\".txt\"\r\n\r\n" +
      content + "\r\n--b0--\r\nepilogue";
  for (std::size_t piece = 1; piece < 80; ++piece) {
    const Read got = read(body, piece, "b0");
    EXPECT_EQ(got.error, "") << piece;
    EXPECT_EQ(got.bytes, content) << piece;
    EXPECT_EQ(got.name, "a \"b\".txt");
  }
}

TEST(Multipart, ALineThatOnlyBeginsLikeABoundaryBreaksTheForm) {
  EXPECT_NE(read(form, 7).error.find("something follows a boundary"), std::string::npos) << "RFC 2046: a boundary must not occur in a part";
}

TEST(Multipart, WhatIsNoFormIsRefused) {
  EXPECT_NE(read("hello", 100).error, "");
  EXPECT_NE(read("", 100).error, "");
  EXPECT_NE(read("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut", 100).error.find("ends before"), std::string::npos);
  EXPECT_NE(read("--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--b--\r\n", 100).error.find("no field 'file'"),
            std::string::npos);
  const std::string twice = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n1\r\n";
  EXPECT_NE(read(twice + twice + "--b--\r\n", 100).error.find("twice"), std::string::npos);
  EXPECT_NE(read("--b\r\n" + std::string(20'000, 'x'), 1000).error.find("longer than"), std::string::npos);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n";
  EXPECT_NE(read(many, 1000).error.find("more than"), std::string::npos);
}

TEST(Multipart, AHeadIsTooLongHoweverItIsCut) {
  const auto form_with = [](std::size_t fill) {
    return "--b\r\nContent-Disposition: form-data; name=\"file\"; x=\"" + std::string(fill, 'x') + "\"\r\n\r\n1\r\n--b--";
  };
  constexpr std::size_t rest = 51;  // of the head, and the line end before it
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::size_t{100'000}}) {
    EXPECT_EQ(read(form_with(MultipartFile::head_bytes_max - rest), piece).error, "") << piece;
    EXPECT_NE(read(form_with(MultipartFile::head_bytes_max - rest + 1), piece).error.find("longer than"), std::string::npos) << piece;
  }
}

TEST(Multipart, AnEmptyFileIsAFile) {
  const Read got = read("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=e\r\n\r\n\r\n--b--", 3);
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.bytes, "");
  EXPECT_EQ(got.name, "e");
}

TEST(Multipart, TheBoundaryIsInTheType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc").value(), "abc");
  EXPECT_EQ(multipart_boundary("multipart/form-data; charset=x; Boundary=\"a b\"").value(), "a b");
  EXPECT_FALSE(multipart_boundary("multipart/form-data"));
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(100, 'a')));
}

}  // namespace
}  // namespace tamarack::coordinator
