import { get, query } from './api.js';
import { debounce, fill, h, uid } from './dom.js';
import { personChip } from './tiles.js';

const same = (a, b) => a.trim().localeCompare(b.trim(), undefined, { sensitivity: 'base' }) === 0;

/**
 * A field for a name: people who have one are suggested, a new one is an entry of its own.
 * Enter takes the highlighted entry and nothing else, so a half-typed name never becomes a person.
 *
 * `onName(name)` hears a new name, `onPerson(person)` a chosen one, `onCancel()` Esc.
 */
export function nameField(
  { label, value = '', placeholder = 'Name', exclude = [], onName, onPerson, onCancel = () => {} },
) {
  const id = uid('names');
  const input = h('input', {
    type: 'text',
    role: 'combobox',
    'aria-label': label,
    'aria-expanded': 'false',
    'aria-controls': id,
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 200,
    placeholder,
    value,
  });
  const list = h('ul', { id, role: 'listbox', 'aria-label': 'People', hidden: true });
  const node = h('div.namefield', input, list);
  let entries = [];
  let at = -1;
  let shownFor = null;
  let waiting = false;

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function highlight(to) {
    at = to;
    [...list.children].forEach((option, index) => option.setAttribute('aria-selected', index === at));
    if (at < 0) return;
    input.setAttribute('aria-activedescendant', list.children[at].id);
    list.children[at].scrollIntoView({ block: 'nearest' });
  }

  function option(entry) {
    const row = h(
      'li',
      { id: uid('option'), role: 'option', 'aria-selected': 'false' },
      entry.person
        ? personChip(entry.person)
        : h('span.create', entry.again ? 'Create another ' : 'Create ', h('b', `“${entry.name}”`)),
    );
    // mousedown, because a click would come after the field has lost its focus.
    row.addEventListener('mousedown', (event) => {
      event.preventDefault();
      choose(entry);
    });
    return row;
  }

  function choose(entry) {
    close();
    if (entry.person) onPerson(entry.person);
    else onName(entry.name);
  }

  async function suggest() {
    const text = input.value.trim();
    if (!text) {
      entries = [];
      shownFor = '';
      fill(list);
      close();
      return;
    }
    let people = [];
    try {
      people = (await get(`/people${query({ filter: 'named', q: text, limit: 8 })}`)).items.filter((person) =>
        !exclude.includes(person.id)
      );
    } catch { /* Without suggestions a new name can still be given. */ }
    if (input.value.trim() !== text || !node.isConnected) return;
    const known = people.some((person) => same(person.name, text));
    entries = [...people.slice(0, 6).map((person) => ({ person })), { name: text, again: known }];
    shownFor = text;
    fill(list, entries.map(option));
    list.hidden = false;
    // At the right edge the list opens to the left; else the whole page would grow wider.
    list.classList.toggle('flip', input.getBoundingClientRect().left + 330 > document.documentElement.clientWidth);
    input.setAttribute('aria-expanded', 'true');
    highlight(0);
    // Enter was pressed before the answer came. Only a name without any suggestion is clear enough to be taken now.
    if (waiting && entries.length === 1) choose(entries[0]);
    waiting = false;
  }

  const later = debounce(110, suggest);
  input.addEventListener('input', () => {
    waiting = false;
    highlight(-1);
    later();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      const text = input.value.trim();
      if (text && same(text, value)) onCancel();
      else if (text && shownFor === text && at >= 0 && !list.hidden) choose(entries[at]);
      else if (text && shownFor !== text) waiting = true;
      else if (text) suggest();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) suggest();
      else if (entries.length) highlight((at + (event.key === 'ArrowDown' ? 1 : entries.length - 1)) % entries.length);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (list.hidden) onCancel();
      else close();
    }
  });
  input.addEventListener('blur', close);
  return {
    node,
    input,
    focus: () => {
      input.focus();
      input.select();
    },
  };
}
