// A classic script on purpose: it runs before the first paint, so that a chosen theme never flashes.
(() => {
  const chosen = localStorage.getItem('likeness.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
