#pragma once

// The wide-character interface, which the header hides otherwise.
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <langinfo.h>
#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

// Macros, variadic functions and global variables of curses as functions that Swift can call.

static inline WINDOW *carryon_screen(void) { return stdscr; }
static inline int carryon_colors(void) { return COLORS; }
static inline int carryon_color_pairs(void) { return COLOR_PAIRS; }

static inline attr_t carryon_bold(void) { return A_BOLD; }
static inline attr_t carryon_dim(void) { return A_DIM; }
static inline attr_t carryon_underline(void) { return A_UNDERLINE; }
static inline attr_t carryon_reverse(void) { return A_REVERSE; }

/// The number of a function key, or -1.
static inline int carryon_function_key(wint_t code) {
    return code >= KEY_F(1) && code <= KEY_F(63) ? (int)code - KEY_F0 : -1;
}

/// One cell from a base character and its marks.
static inline int carryon_set_cell(cchar_t *cell, const wchar_t *text, attr_t attributes, short pair) {
    return setcchar(cell, text, attributes, pair, NULL);
}

/// A capability with two strings filled in; NULL on failure. The result lasts until the next call.
static inline const char *carryon_expand(const char *capability, const char *first, const char *second) {
    return tparm(capability, first, second);
}

/// The size of the terminal behind `descriptor`; 0 if it is known.
static inline int carryon_window_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

/// Tells the terminal behind `descriptor` its size.
static inline int carryon_set_window_size(int descriptor, unsigned short columns, unsigned short rows) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(descriptor, TIOCSWINSZ, &size);
}

/// How many bytes can be read at once, or -1.
static inline int carryon_bytes_waiting(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

/// Whether the locale that is set writes text as UTF-8.
static inline int carryon_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

// The header declares it only for X/Open programs.
extern int wcwidth(wchar_t character);

/// The columns of a character in the locale that is set; -1 if it cannot be shown.
static inline int carryon_width(wchar_t character) { return wcwidth(character); }
