// A file of rows, as spreadsheets and other systems write it: the separator and quotes are found, short rows are filled up.

export function separatorOf(text) {
  const named = /^sep=(.)\r?\n/.exec(text);
  if (named) return named[1];
  const first = text.slice(0, text.indexOf('\n') + 1 || undefined);
  return [',', ';', '\t', '|'].map((one) => [one, first.split(one).length]).sort((a, b) => b[1] - a[1])[0][0];
}

export function rowsOf(file) {
  const text = file.replace(/^\uFEFF/, '');
  const separator = separatorOf(text);
  const rows = [];
  let row = [];
  let cell = '';
  let quoted = false;
  const body = text.replace(/^sep=.\r?\n/, '');
  for (let at = 0; at < body.length; at += 1) {
    const c = body[at];
    if (quoted) {
      if (c === '"' && body[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === separator) {
      row.push(cell);
      cell = '';
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && body[at + 1] === '\n') at += 1;
      row.push(cell);
      rows.push(row);
      row = [];
      cell = '';
    } else cell += c;
  }
  if (cell !== '' || row.length) rows.push([...row, cell]);
  return rows.filter((one) => one.some((value) => value.trim() !== ''));
}

// A cell that begins like a formula would be run by a spreadsheet: an apostrophe makes it a text.
const cellOf = (value) => {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const textOf = (rows) => rows.map((row) => row.map((value) => cellOf(String(value ?? ''))).join(',')).join('\r\n');

// Reads UTF-8, UTF-16 with its mark, and else Windows-1252, as older exports are.
export async function readFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

export function save(name, text, type = 'text/csv') {
  const address = URL.createObjectURL(new Blob([text], {type}));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
