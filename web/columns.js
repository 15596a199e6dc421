// Columns of a file, matched by their names to what Baton knows, and the mapping that says so (docs/mapping.md).

// What a column may become besides an attribute.
export const roles = new Map([
  ['', 'Leave it out'], ['email', 'Email'], ['external_id', 'Id in the other system'], ['occurred_at', 'When it happened'], ['claimed_stage', 'Stage that it claims'],
  ['touch.source', 'Touch: source'], ['touch.medium', 'Touch: medium'], ['touch.campaign', 'Touch: campaign'], ['touch.content', 'Touch: content'], ['touch.kind', 'Touch: what happened'],
]);

const usual = [
  [/e-?mail/i, 'email'], [/^(record |contact |lead )?id$|_id$/i, 'external_id'], [/^(full ?)?name$|contact name/i, 'name'],
  [/first ?name|vorname/i, 'first_name'], [/last ?name|surname|nachname/i, 'last_name'], [/employees|size|mitarbeiter/i, 'company.employees'],
  [/domain|website/i, 'company.domain'], [/company|firma|account|organi[sz]ation/i, 'company.name'], [/title|seniority|role|position/i, 'seniority'],
  [/medium/i, 'touch.medium'], [/campaign/i, 'touch.campaign'], [/source|quelle|origin/i, 'touch.source'], [/phone|telefon/i, 'phone'], [/country|^land$/i, 'company.country'],
  [/created|first (seen|contact)|^date$|datum/i, 'occurred_at'], [/life ?cycle|stage/i, 'claimed_stage'],
];

const plainOf = (header) => header.trim().toLowerCase().replace(/[\s-]+/g, '_');
const bare = (name) => name.replace(/[._]/g, '');

// For each header what it becomes: an attribute that is written so, else what such a name usually means, else an attribute of its own.
// Nothing is taken twice.
export function matched(headers, attributes) {
  const taken = new Set();
  return headers.map((header) => {
    const plain = plainOf(header);
    const found = attributes.find((name) => name === plain || bare(name) === bare(plain)) || usual.find(([pattern]) => pattern.test(header.trim()))?.[1] || '';
    if (found && taken.has(found)) return '';
    taken.add(found);
    return found;
  });
}

// of: {team, system, kind}. Rows without an id are known by what stands in them.
export function mappingOf(columns, targets, of) {
  const mapping = {as: 'lead', team: of.team};
  const attributes = {};
  const touch = {};
  columns.forEach(({pointer}, at) => {
    const target = targets[at];
    if (!target) return;
    if (target === 'external_id') mapping.external_id = {source: of.system, at: pointer};
    else if (target.startsWith('touch.')) touch[target.slice(6)] = pointer;
    else if (roles.has(target)) mapping[target] = pointer;
    else attributes[target] = pointer;
  });
  if (!mapping.external_id) mapping.id = 'row';
  if (Object.keys(attributes).length) mapping.attributes = attributes;
  if (of.kind || Object.keys(touch).length) mapping.touch = {...touch, kind: touch.kind || {value: of.kind || 'imported'}};
  return mapping;
}
