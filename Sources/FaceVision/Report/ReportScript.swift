/// What the report does beyond links: one person at a time, arrow keys, sorting, details of a face. Static, and it builds
/// no HTML from strings: nodes that are there are shown, moved and cloned.
enum ReportScript {
    static let javaScript = Array(source.utf8)

    private static let source = #"""
        (() => {
          'use strict';
          const root = document.documentElement, title = document.title;
          const inspector = document.getElementById('inspector');
          const all = (selector, from = document) => [...from.querySelectorAll(selector)];
          let came = null, scroll = 0, shown = null;
          root.classList.add('js');

          const closeInspector = () => { inspector.hidden = true; shown = null; };

          const show = () => {
            const id = decodeURIComponent(location.hash.slice(1));
            const target = id && document.getElementById(id);
            const person = target && target.classList.contains('person') ? target : null;
            const was = root.classList.contains('at-person');
            closeInspector();
            for (const p of all('.person.on')) p.classList.remove('on');
            root.classList.toggle('at-person', !!person);
            document.title = person ? person.dataset.title + ' – ' + title : title;
            if (person) {
              if (!was) scroll = window.scrollY;
              person.classList.add('on');
              const avatar = person.querySelector('.avatar');
              const card = document.querySelector('.card[href="#' + person.id + '"]');
              const picture = card && card.querySelector('img');
              if (picture && !avatar.firstChild) avatar.append(picture.cloneNode());
              came = person.id;
              person.querySelector('h2').focus({preventScroll: true});
              window.scrollTo(0, 0);
            } else if (was) {
              const card = came && document.querySelector('.card[href="#' + came + '"]');
              if (!id) window.scrollTo(0, scroll);
              if (card && !id) { rove(card); card.focus({preventScroll: true}); }
            }
          };

          // One tab stop a grid: arrows move inside it.
          const items = grid => all(':scope > .card, :scope > .tile', grid);
          const rove = item => {
            for (const other of items(item.parentElement)) other.tabIndex = other === item ? 0 : -1;
          };
          for (const grid of all('.grid')) items(grid).forEach((item, i) => { item.tabIndex = i ? -1 : 0; });

          const step = (list, from, key) => {
            const here = list[from].getBoundingClientRect();
            if (key === 'ArrowLeft') return from - 1;
            if (key === 'ArrowRight') return from + 1;
            if (key === 'Home') return 0;
            if (key === 'End') return list.length - 1;
            const down = key === 'ArrowDown', by = down ? 1 : -1;
            let best = -1, near = Infinity, row = null;
            for (let i = from + by; i >= 0 && i < list.length; i += by) {
              const box = list[i].getBoundingClientRect();
              if (down ? box.top < here.bottom - 1 : box.bottom > here.top + 1) continue;
              if (row !== null && Math.abs(box.top - row) > 4) break;
              row = box.top;
              const off = Math.abs(box.left - here.left);
              if (off < near) { near = off; best = i; }
            }
            return best;
          };

          const inspect = tile => {
            const facts = tile.querySelector('dl');
            if (!facts) return;
            shown = tile;
            inspector.querySelector('.body').replaceChildren();
            const picture = tile.querySelector('img');
            if (picture) {
              const frame = document.createElement('div');
              frame.className = 'pic';
              frame.append(picture.cloneNode());
              inspector.querySelector('.body').append(frame);
            }
            inspector.querySelector('.body').append(facts.cloneNode(true));
            const box = tile.getBoundingClientRect();
            inspector.classList.toggle('left', box.left + box.width / 2 > root.clientWidth / 2);
            inspector.hidden = false;
          };

          document.addEventListener('keydown', event => {
            if (event.altKey || event.ctrlKey || event.metaKey) return;
            const item = event.target.closest ? event.target.closest('.card, .tile') : null;
            if (event.key === 'Escape') {
              if (!inspector.hidden) {
                const tile = shown;
                closeInspector();
                if (tile) tile.focus();
              } else if (root.classList.contains('at-person')) { location.hash = ''; }
              return;
            }
            if (item && /^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) {
              const list = items(item.parentElement), to = list[step(list, list.indexOf(item), event.key)];
              event.preventDefault();
              if (!to) return;
              rove(to);
              to.focus();
              to.scrollIntoView({block: 'nearest'});
              if (shown) inspect(to);
              return;
            }
            if (item && item.classList.contains('tile') && (event.key === 'Enter' || event.key === ' ')) {
              event.preventDefault();
              if (shown === item) closeInspector(); else inspect(item);
              return;
            }
            const person = document.querySelector('.person.on');
            if (!item && person && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
              const link = person.querySelector(event.key === 'ArrowLeft' ? '[rel=prev]' : '[rel=next]');
              if (link) location.hash = link.getAttribute('href');
            }
          });

          document.addEventListener('click', event => {
            if (event.target.closest('.close')) {
              const tile = shown;
              closeInspector();
              if (tile) tile.focus();
              return;
            }
            const back = event.target.closest('[data-back]');
            if (back) { event.preventDefault(); location.hash = ''; return; }
            const tile = event.target.closest('.tile');
            if (tile) {
              rove(tile);
              tile.focus({preventScroll: true});
              if (shown === tile) closeInspector(); else inspect(tile);
              return;
            }
            const button = event.target.closest('.sort button');
            if (button) {
              const grid = button.closest('.person').querySelector('.grid'), key = button.dataset.by;
              for (const other of all('button', button.parentElement)) {
                other.setAttribute('aria-pressed', String(other === button));
              }
              const sorted = items(grid).sort((a, b) => Number(a.dataset[key]) - Number(b.dataset[key]));
              for (const tile of sorted.reverse()) grid.prepend(tile);
              if (items(grid)[0]) rove(items(grid)[0]);
              closeInspector();
            }
          });

          window.addEventListener('hashchange', show);
          show();
        })();
        """#
}
