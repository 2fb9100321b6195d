#include "lockdep/report/utf8.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lockdep::report {
namespace {

struct Lead {
  size_t size;
  uint32_t bits;
  uint32_t least;  // Smaller codes have a shorter form.
};

Lead ParseLead(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if ((byte & 0xe0) == 0xc0) return {2, byte & 0x1fu, 0x80};
  if ((byte & 0xf0) == 0xe0) return {3, byte & 0x0fu, 0x800};
  if ((byte & 0xf8) == 0xf0) return {4, byte & 0x07u, 0x10000};
  return {0, 0, 0};
}

// Which no text may contain, and XML refuses.
bool IsNoncharacter(uint32_t code) {
  return (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
}

// Whether a character only changes how others are shown.
bool IsInvisible(uint32_t code) {
  return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0x061c ||
         (code >= 0xe0000 && code <= 0xe007f);
}

}  // namespace

Character NextCharacter(std::string_view text) {
  const Lead lead = ParseLead(static_cast<unsigned char>(text[0]));
  if (lead.size == 0 || lead.size > text.size()) return {};
  uint32_t code = lead.bits;
  for (size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return {};
    code = code << 6 | (byte & 0x3fu);
  }
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < lead.least || code > 0x10ffff || is_surrogate) return {};
  return {code, lead.size, true};
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const Character character = NextCharacter(text);
    valid += character.is_valid ? std::string(text.substr(0, character.size)) : "\uFFFD";
    text.remove_prefix(character.size);
  }
  return valid;
}

std::string Inert(std::string_view text) {
  std::string inert;
  while (!text.empty()) {
    const Character character = NextCharacter(text);
    const std::string_view bytes = text.substr(0, character.size);
    text.remove_prefix(character.size);
    if (!character.is_valid || character.code < 0x20 || character.code == 0x7f) {
      absl::StrAppend(&inert, "\\x",
                      absl::Hex(static_cast<unsigned char>(bytes[0]), absl::kZeroPad2));
    } else if ((character.code >= 0x80 && character.code < 0xa0) || IsInvisible(character.code) ||
               IsNoncharacter(character.code)) {
      absl::StrAppend(&inert, "\\u{", absl::Hex(character.code), "}");
    } else {
      inert.append(bytes);
    }
  }
  return inert;
}

std::string InertLines(std::string_view text) {
  std::string inert;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    absl::StrAppend(&inert, begin == 0 ? "" : "\n", Inert(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return inert;
}

std::string CutTo(std::string_view text, size_t most) {
  constexpr std::string_view kEllipsis = "\u2026";
  if (text.size() <= most) return std::string(text);
  size_t end = most - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(kEllipsis);
}

}  // namespace lockdep::report
