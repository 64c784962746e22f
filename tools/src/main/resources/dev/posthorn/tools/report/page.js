'use strict';
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const boxes = link => all('.diagram a').filter(a => a.dataset.link === link);

  // Rows: opened by their names, chosen together with their boxes.
  const open = (body, is) => {
    const button = body.querySelector('.opens');
    if (button) {
      body.classList.toggle('open', is);
      button.setAttribute('aria-expanded', String(is));
    }
  };
  const choose = link => {
    all('.chosen').forEach(e => e.classList.remove('chosen'));
    const body = document.getElementById(link);
    if (body) body.classList.add('chosen');
    boxes(link).forEach(a => a.classList.add('chosen'));
  };
  const reveal = (link) => {
    const a = boxes(link).find(b => b.closest('.at-depth') && !b.closest('.at-depth').hidden);
    const viewport = a && a.closest('.viewport');
    if (!viewport) return;
    const at = a.getBoundingClientRect();
    const frame = viewport.getBoundingClientRect();
    viewport.scrollTop += at.top - frame.top - frame.height / 3;
    viewport.scrollLeft += at.left - frame.left - (frame.width - at.width) / 2;
  };
  all('.opens').forEach(button => button.addEventListener('click', () => {
    const body = button.closest('tbody');
    open(body, !body.classList.contains('open'));
    choose(body.id);
    reveal(body.id);
  }));
  all('.diagram a').forEach(a => a.addEventListener('click', event => {
    event.preventDefault();
    const body = document.getElementById(a.dataset.link);
    if (!body) return;
    if (body.hidden) {
      const tools = document.querySelector(`.tools[data-for="${body.closest('table').id}"]`);
      tools.querySelector('.filter').value = '';
      all('.only', tools).forEach(f => { f.checked = false; });
      filter(tools);
    }
    open(body, true);
    choose(body.id);
    body.scrollIntoView({ block: 'start' });
    const button = body.querySelector('.opens');
    if (button) button.focus({ preventScroll: true });
  }));

  // Sorting: up, down.
  all('thead button').forEach(button => button.addEventListener('click', () => {
    const header = button.closest('th');
    const table = button.closest('table');
    const number = header.classList.contains('number');
    const was = header.getAttribute('aria-sort');
    const up = was ? was === 'descending' : !number;
    all('th', table.tHead).forEach(h => h.removeAttribute('aria-sort'));
    header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const column = Number(button.dataset.sort);
    const key = body => {
      const cell = body.rows[0].cells[column];
      if (!number) return (cell.querySelector('.opens, .plain') || cell).textContent;
      return cell.dataset.order === undefined ? NaN : Number(cell.dataset.order);
    };
    const rows = Array.from(table.tBodies).map((body, i) => ({ body, i, k: key(body) }));
    rows.sort((a, b) => {
      if (!number) return (up ? 1 : -1) * a.k.localeCompare(b.k, undefined, { numeric: true }) || a.i - b.i;
      if (Number.isNaN(a.k) || Number.isNaN(b.k)) return Number.isNaN(a.k) - Number.isNaN(b.k) || a.i - b.i;
      if (a.k === b.k) return a.i - b.i;
      return (a.k < b.k ? -1 : 1) * (up ? 1 : -1);
    });
    rows.forEach(r => table.append(r.body));
  }));

  // Filtering.
  const filter = tools => {
    const table = document.getElementById(tools.dataset.for);
    const words = tools.querySelector('.filter').value.toLowerCase().split(/\s+/).filter(w => w);
    const only = tools.querySelector('.only');
    let shown = 0;
    Array.from(table.tBodies).forEach(body => {
      const text = body.rows[0].textContent.toLowerCase();
      body.hidden = !(words.every(w => text.includes(w)) && (!only || !only.checked || body.classList.contains('failed')));
      shown += body.hidden ? 0 : 1;
    });
    const count = tools.querySelector('.count');
    const n = table.tBodies.length;
    const things = `${count.dataset.thing}${n === 1 ? '' : 's'}`;
    count.textContent = shown === n ? `${n} ${things}` : `${shown} of ${n} ${things}`;
  };
  all('.tools').filter(t => t.querySelector('.filter')).forEach(tools => {
    tools.addEventListener('input', () => filter(tools));
  });

  // The graph: zoom, depth, one stop of the Tab key whose boxes the arrow keys go through.
  all('.viewport').forEach(viewport => {
    const tools = document.querySelector(`.tools[data-for="${viewport.id}"]`);
    let zoom = 1;
    const shown = () => all('.at-depth', viewport).find(d => !d.hidden);
    const width = () => shown().querySelector('svg').viewBox.baseVal.width;
    const apply = (to, x = viewport.clientWidth / 2, y = viewport.clientHeight / 2) => {
      const next = Math.min(3, Math.max(0.05, to));
      const left = (viewport.scrollLeft + x) * next / zoom - x;
      const top = (viewport.scrollTop + y) * next / zoom - y;
      zoom = next;
      shown().querySelector('svg').style.width = `${width() * zoom}px`;
      viewport.scrollLeft = left;
      viewport.scrollTop = top;
    };
    const fit = least => apply(Math.max(least, Math.min(1, (viewport.clientWidth - 2) / width())));
    const centre = () => { viewport.scrollLeft = (viewport.scrollWidth - viewport.clientWidth) / 2; };
    const actions = { in: () => apply(zoom * 1.3), out: () => apply(zoom / 1.3), fit: () => fit(0.05) };
    all('[data-do]', tools).forEach(b => b.addEventListener('click', actions[b.dataset.do]));
    const depth = tools.querySelector('.depth');
    if (depth) {
      depth.addEventListener('change', () => {
        all('.at-depth', viewport).forEach(d => { d.hidden = d.dataset.depth !== depth.value; });
        fit(0.3);
        centre();
        start();
      });
    }
    viewport.addEventListener('wheel', event => {
      if (event.ctrlKey) {
        event.preventDefault();
        const at = viewport.getBoundingClientRect();
        apply(zoom * Math.exp(-event.deltaY / 200), event.clientX - at.left, event.clientY - at.top);
      }
    }, { passive: false });
    const fingers = new Map();
    let apart = 0;
    const spread = () => {
      const [a, b] = Array.from(fingers.values());
      return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    };
    viewport.addEventListener('pointerdown', e => {
      fingers.set(e.pointerId, e);
      apart = fingers.size === 2 ? spread() : 0;
    });
    viewport.addEventListener('pointermove', e => {
      if (fingers.has(e.pointerId)) fingers.set(e.pointerId, e);
      if (fingers.size === 2 && apart > 0) {
        const now = spread();
        apply(zoom * now / apart);
        apart = now;
      }
    });
    ['pointerup', 'pointercancel', 'pointerleave'].forEach(t => viewport.addEventListener(t, e => fingers.delete(e.pointerId)));
    const start = () => all('a', viewport).forEach(a => { a.tabIndex = -1; });
    const links = () => all('a', shown());
    viewport.addEventListener('keydown', event => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const list = links();
      if (!step || list.length === 0 || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const at = list.indexOf(document.activeElement);
      const next = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + step))];
      next.focus({ preventScroll: true });
      reveal(next.dataset.link);
    });
    start();
    fit(0.3);
    centre();
    const alarm = viewport.querySelector('.at-depth:not([hidden]) .wrong, .at-depth:not([hidden]) .off');
    if (alarm && alarm.dataset.link) reveal(alarm.dataset.link);
  });
})();
