"""WHO ICTRP records: XML elements, CSV rows and workbook rows share their fields."""
