// Puts the chosen theme on the page before it is drawn, so that nothing flashes.
//
// It is a plain script, not a module, because modules run after the first drawing. What the choice is belongs to
// js/preferences.js; here it is only read.

try {
  const theme = localStorage.getItem("longshore.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows the system's theme.
}
