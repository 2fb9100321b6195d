// The fixed parts of the HTML page, generated from assets/ by the build.

#ifndef LOCKDEP_REPORT_HTML_PAGE_H_
#define LOCKDEP_REPORT_HTML_PAGE_H_

namespace lockdep::report {

// Between them stand the title and the content, escaped.
extern const char kPageBeforeTitle[];
extern const char kPageBeforeContent[];
extern const char kPageAfterContent[];

// What draws the lock graph; both empty if the build could not have the library.
extern const char kGraphLibrary[];
extern const char kGraphScript[];

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HTML_PAGE_H_
