import { announce } from './dom.js';

/**
 * One grid, one tab stop: arrows move, Space selects, Shift extends, Esc lets go.
 *
 * `list` holds `li[data-id]` with one focusable `.tile` each; links open by themselves, for others `onOpen(id)` hears Enter and a
 * double press. `onSelect(ids)` hears of every change of the selection;
 * `label(id)` gives a tile's name without its state.
 */
export function createGrid(
  list,
  { onSelect = () => {}, onActive = () => {}, selectable = true, onOpen = null, selecting = () => false, signal },
) {
  const selected = new Set();
  let anchor = null;
  let active = null;

  const items = () => [...list.children];
  const tileOf = (item) => item?.querySelector('.tile');
  const idOf = (node) => node?.closest?.('li[data-id]')?.dataset.id ?? null;
  const find = (id) => list.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`);

  function activate(item, focus = true) {
    if (!item) return;
    if (active && active !== item) tileOf(active)?.setAttribute('tabindex', -1);
    active = item;
    const tile = tileOf(item);
    tile.setAttribute('tabindex', 0);
    onActive(item);
    if (focus) {
      tile.focus();
      item.scrollIntoView({ block: 'nearest' });
    }
  }

  function paint(item) {
    const on = selected.has(item.dataset.id);
    const tile = tileOf(item);
    item.classList.toggle('selected', on);
    if (tile.hasAttribute('aria-pressed')) tile.setAttribute('aria-pressed', on);
    else {
      // A link has no pressed state, so its name says it.
      const plain = tile.getAttribute('aria-label').replace(/, selected$/, '');
      tile.setAttribute('aria-label', on ? `${plain}, selected` : plain);
    }
  }

  function changed() {
    list.classList.toggle('selecting', selected.size > 0);
    onSelect([...selected]);
  }

  function toggle(item) {
    const id = item.dataset.id;
    if (selected.has(id)) selected.delete(id);
    else selected.add(id);
    anchor = item;
    paint(item);
    changed();
  }

  function range(to) {
    const all = items();
    const from = all.indexOf(anchor ?? active ?? to), end = all.indexOf(to);
    for (let at = Math.min(from, end); at <= Math.max(from, end); at += 1) {
      selected.add(all[at].dataset.id);
      paint(all[at]);
    }
    changed();
  }

  function clear() {
    for (const id of selected) {
      const item = find(id);
      selected.delete(id);
      if (item) paint(item);
    }
    anchor = null;
    changed();
  }

  /** Tiles in the first row; the layout is CSS's business, so it is measured. */
  function columns(all) {
    const top = all[0].offsetTop;
    const at = all.findIndex((item) => item.offsetTop > top);
    return at < 0 ? all.length : at;
  }

  function target(key, all, at) {
    const wide = columns(all), last = all.length - 1;
    switch (key) {
      case 'ArrowRight':
        return Math.min(at + 1, last);
      case 'ArrowLeft':
        return Math.max(at - 1, 0);
      case 'ArrowDown':
        return at + wide <= last ? at + wide : at;
      case 'ArrowUp':
        return at - wide >= 0 ? at - wide : at;
      case 'PageDown':
        return Math.min(at + 4 * wide, last);
      case 'PageUp':
        return Math.max(at - 4 * wide, 0);
      case 'Home':
        return 0;
      case 'End':
        return last;
      default:
        return null;
    }
  }

  list.addEventListener('keydown', (event) => {
    if (!event.target.classList.contains('tile')) return;
    const all = items(), item = event.target.closest('li'), at = all.indexOf(item);
    if (event.key === 'a' && (event.ctrlKey || event.metaKey) && selectable) {
      grid.selectAll();
    } else if (event.key === 'Enter' && onOpen) {
      onOpen(item.dataset.id);
    } else if (event.key === ' ' && selectable) {
      toggle(item);
    } else if (event.key === 'Escape' && selected.size) {
      clear();
      announce('Nothing selected');
    } else {
      const to = event.ctrlKey || event.metaKey || event.altKey ? null : target(event.key, all, at);
      if (to === null) return;
      if (event.shiftKey && selectable) {
        anchor ??= item;
        range(all[to]);
      }
      activate(all[to]);
    }
    event.preventDefault();
    event.stopPropagation();
  }, { signal });

  if (onOpen) {
    list.addEventListener('dblclick', (event) => {
      const item = event.target.closest('li[data-id]');
      if (item) onOpen(item.dataset.id);
    }, { signal });
  }

  list.addEventListener('click', (event) => {
    const item = event.target.closest('li[data-id]');
    const tile = event.target.closest('.tile');
    if (!item || !tile) return;
    const onTick = event.target.closest('.tick');
    const button = tile.tagName === 'BUTTON';
    if (selectable && event.shiftKey) range(item);
    else if (
      selectable &&
      (onTick || button || event.ctrlKey || event.metaKey || selecting() ||
        (selected.size && event.pointerType === 'touch'))
    ) toggle(item);
    else {
      activate(item, false);
      return;
    }
    event.preventDefault();
    activate(item, false);
  }, { signal });

  list.addEventListener('focusin', (event) => {
    const item = event.target.closest('li[data-id]');
    if (item && item !== active) activate(item, false);
  }, { signal });

  const grid = {
    selected,
    clear,
    get active() {
      return active?.isConnected ? active.dataset.id : null;
    },
    focus: (id) => activate(find(id)),
    idOf,
    item: find,

    /** Adds tiles; the first one of all becomes the tab stop. */
    add(nodes) {
      for (const node of nodes) {
        for (const tile of node.querySelectorAll('.tile')) tile.setAttribute('tabindex', -1);
        list.append(node);
        if (selected.has(node.dataset.id)) paint(node);
      }
      if (!active?.isConnected && list.firstElementChild) activate(list.firstElementChild, false);
    },

    selectAll() {
      for (const item of items()) {
        selected.add(item.dataset.id);
        paint(item);
      }
      changed();
      announce(`${selected.size} selected`);
    },

    /** Notes the order; the function it answers puts dropped tiles back into their places. */
    snapshot() {
      const order = items();
      return (ids) => {
        list.replaceChildren(...order.filter((item) => item.isConnected || ids.includes(item.dataset.id)));
        if (!active?.isConnected) activate(find(ids[0]), document.activeElement === document.body);
      };
    },

    /** Exchanges one tile in place and keeps selection and focus. */
    replace(id, node) {
      const old = find(id);
      if (!old) return;
      const focused = old.contains(document.activeElement);
      tileOf(node).setAttribute('tabindex', old === active ? 0 : -1);
      old.replaceWith(node);
      if (old === active) active = node;
      if (selected.has(id)) paint(node);
      if (focused) activate(node);
    },

    /** Takes tiles away; the focus goes to the one that moved up, else to the one before. */
    drop(ids) {
      const gone = new Set(ids);
      const all = items();
      const held = list.contains(document.activeElement) || document.activeElement === document.body;
      const at = active ? all.indexOf(active) : -1;
      const next = all.slice(Math.max(at, 0)).find((item) => !gone.has(item.dataset.id)) ??
        all.slice(0, Math.max(at, 0)).reverse().find((item) => !gone.has(item.dataset.id));
      for (const id of gone) {
        find(id)?.remove();
        selected.delete(id);
      }
      if (gone.has(active?.dataset.id)) active = null;
      if (!active && next) activate(next, held);
      changed();
    },
  };
  return grid;
}
