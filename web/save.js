// A file that the page has made or fetched, for the reader's own disk.
export function save(name, text, type = 'text/csv') {
  const address = URL.createObjectURL(new Blob([text], {type}));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
