-- A report brings five marks and more, and looking up the report for each was a third of the time of writing them. They come from the
-- statement that writes the report and only for those it wrote; no report is ever deleted, and purging one deletes them.
alter table reporting.report_mark drop constraint report_mark_report_fkey;
