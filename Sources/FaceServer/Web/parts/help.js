import { h } from './dom.js';
import { openDialog } from './dialog.js';
import { enabled, setEnabled } from './keys.js';

const tables = [
  ['Everywhere', null, [['?', 'this list'], ['/', 'search'], ['z', 'undo the last decision'], [
    'Esc',
    'leave the mode, close',
  ]]],
  ['Any grid', null, [['← ↑ → ↓', 'move'], ['Home End', 'first, last'], ['Enter', 'open'], ['Space', 'select'], [
    'Shift + arrow',
    'select a range',
  ], ['Ctrl + A', 'select all that is loaded']]],
  ['People', ['people'], [['n', 'name'], ['m', 'merge the selected'], ['h', 'hide or show']]],
  ['A person', ['person'], [
    ['n', 'name'],
    ['m', 'merge into…, or move the selected'],
    ['s', 'split, or split off the selected'],
    ['x', 'not this person'],
    ['a', 'use as the picture'],
    ['h', 'hide or show'],
  ]],
  ['Split', ['splitting'], [['1 … 9', 'move the selected faces to that part'], ['x', 'this part is somebody else'], [
    'Ctrl + Enter',
    'confirm',
  ]]],
  ['Review', ['review'], [['y', 'yes, the same'], ['n', 'no, two people'], ['u', 'not sure'], ['j', 'skip'], [
    'k',
    'back to the skipped one',
  ]]],
  ['Loose faces', ['loose'], [['1 2 3', 'it is that person'], ['n', 'name'], ['i', 'ignore'], ['x', 'not a face']]],
  ['A photo', ['photo'], [['b', 'show or hide boxes'], ['d', 'draw a box'], ['n', 'name the face'], [
    'Delete',
    'delete the box',
  ], ['j k', 'next photo, previous photo']]],
  ['Drawing with keys', ['photo'], [['← ↑ → ↓', 'move the box'], ['Shift + arrow', 'change its size'], [
    'Enter',
    'done',
  ], ['Esc', 'give up']]],
];

/** All keys of all pages; those of the page that is open stand first. */
export function openHelp() {
  const here = document.getElementById('main').dataset.page;
  const sorted = [
    ...tables.filter(([, pages]) => pages?.includes(here)),
    ...tables.filter(([, pages]) => !pages?.includes(here)),
  ];
  const table = ([title, , rows]) =>
    h(
      'section',
      h('h3', title),
      h(
        'dl.keys',
        rows.map(([key, text]) =>
          h(
            'div',
            h('dt', key.split(' ').map((part) => (part === '+' || part === '…' ? ` ${part} ` : h('kbd', part)))),
            h('dd', text),
          )
        ),
      ),
    );
  openDialog({
    title: 'Keys',
    wide: true,
    body: [
      h('div.keytables', sorted.map(table)),
      h(
        'label.check',
        h('input', {
          type: 'checkbox',
          checked: enabled(),
          onchange: (event) => setEnabled(event.target.checked),
        }),
        'Single letters act at once (switch off if you dictate or use a screen reader that needs them)',
      ),
    ],
  });
}
