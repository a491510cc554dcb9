// One space between words.
onRecordCreate((e) => {
  e.record.set("body", e.record.getString("body").trim().split(/\s+/).join(" "))
  e.next()
}, "comments")
