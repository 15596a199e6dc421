// Places in a body, as JSON pointers, and as a mapping means them: from the item on that it goes through.

const words = (pointer) => pointer.split('/').slice(1).map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
const join = (parts) => parts.map((one) => `/${String(one).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
const walk = (value, parts) => parts.reduce((inner, part) => (inner === null || inner === undefined ? undefined : inner[part]), value);

// What came as an object: JSON, or the fields of a form; else the text itself.
export function bodyOf({body, content_type: type}) {
  try {
    return JSON.parse(body);
  } catch {
    if (!/form-urlencoded/i.test(type || '')) return body;
    const fields = {};
    for (const [name, one] of new URLSearchParams(body)) fields[name] = name in fields ? [].concat(fields[name], one) : one;
    return fields;
  }
}

// How many parts of a pointer lead to its item: of "/events/0/contact/email" with each "/events" two. -1: it is in none.
function itemDepth(body, parts, mapping) {
  const lists = mapping.each === undefined ? [''] : [].concat(mapping.each);
  for (const each of lists) {
    const way = words(each);
    const fits = way.every((part, at) => part === parts[at] || (part === '*' && /^\d+$/.test(parts[at] || '')));
    if (!fits || parts.length < way.length) continue;
    return Array.isArray(walk(body, parts.slice(0, way.length))) ? way.length + 1 : way.length;
  }
  return -1;
}

// The place as the mapping names it; null when it is in no item.
export function relative(body, pointer, mapping) {
  const parts = words(pointer);
  const depth = itemDepth(body, parts, mapping);
  return depth < 0 || parts.length < depth ? null : join(parts.slice(depth));
}

const NAMES = ['ref', 'key', 'id', 'name', 'label', 'title', 'question', 'slug', 'type'];

function marksOf(item) {
  const marks = [];
  for (const name of NAMES) {
    if (typeof item[name] === 'string' && item[name]) marks.push([`/${name}`, item[name]]);
    for (const [outer, inner] of Object.entries(item))
      if (inner && typeof inner === 'object' && !Array.isArray(inner) && typeof inner[name] === 'string' && inner[name]) marks.push([join([outer, name]), inner[name]]);
  }
  return marks;
}

// A value of an array's item by what stands beside it: the answer to the question "email", wherever it stands. Null when nothing
// beside it is its own.
export function suggestion(body, pointer, mapping) {
  const parts = words(pointer);
  const depth = itemDepth(body, parts, mapping);
  for (let at = parts.length - 2; depth >= 0 && at >= depth; at -= 1) {
    const list = walk(body, parts.slice(0, at));
    if (!Array.isArray(list)) continue;
    const item = list[parts[at]];
    const take = join(parts.slice(at + 1));
    const mark = marksOf(item).find(([place, text]) => place !== take && list.filter((other) => other && walk(other, words(place)) === text).length === 1);
    if (!mark) continue;
    return {field: {at: join(parts.slice(depth, at)), where: {[mark[0]]: mark[1]}, take}, words: `Where ${mark[0].slice(1)} is “${mark[1]}”`};
  }
  return null;
}

// Asks of a place of a body which targets are taken from there.
export function placesOf(targets) {
  return (body, pointer, mapping) => {
    const at = relative(body, pointer, mapping);
    const beside = at === null ? null : suggestion(body, pointer, mapping);
    const means = (field) => {
      if (at === null) return false;
      if (typeof field === 'string') return field === at;
      if (!field || typeof field !== 'object') return false;
      if (field.first) return field.first.some(means);
      if (field.join) return field.join.some(means);
      if (field.where) return beside !== null && field.at === beside.field.at && field.take === beside.field.take && JSON.stringify(field.where) === JSON.stringify(beside.field.where);
      return field.at === at;
    };
    return targets.filter(([, field]) => means(field)).map(([target]) => target);
  };
}
