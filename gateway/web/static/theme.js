// As the system is, unless the person chose (then the page says so already). Loaded before anything is painted.
(() => {
  const page = document.documentElement;
  if (page.dataset.bsTheme) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { page.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
})();
