"""What `check` says of content, by code: what is wrong, and how to mend it."""

FIGURES_MEND = (
    "这个文件由程序写，不用手改：请在有数据库的电脑上运行 build，它会重写；"
    "没有数据库，就从版本库取回完整的一版，或先删去它（网站暂时没有统计）。"
)

SENTENCES: dict[str, tuple[str, str]] = {
    "not_utf8": ("文件不是 UTF-8 编码。", "请用编辑器另存为 UTF-8。"),
    "control_character": ("这里有看不见的控制字符。", "请删去它，重新输入这几个字。"),
    "empty": ("文件是空的。", "请填写内容，或删去这个文件。"),
    "not_mapping": ("文件要由“名称: 内容”一行行组成。", "请参照同一文件夹里的其他文件。"),
    "key_not_text": ("冒号前面的名称要是一个词。", "请参照同一文件夹里的其他文件。"),
    "duplicate_key": ("“{key}”写了两次，第一次在第 {first} 行。", "请只留一处。"),
    "anchor": ("这里用了 YAML 的锚点（& 或 *），内容文件不用它。", "请把内容直接写出来。"),
    "too_deep": (
        "列表一层套一层，套得太深了。",
        "请参照同一文件夹里的其他文件；多余的括号请删去。",
    ),
    "tab": ("这一行用了制表符（Tab）缩进。", "请改用空格，每层两个。"),
    "colon": (
        "这里的冒号让一行有了两个意思。",
        "请给整段内容加上引号：{example}；或者改用中文的冒号。",
    ),
    "no_colon": ("这一行缺少英文冒号和空格。", "请写成“名称: 内容”，冒号用英文的，后面空一格。"),
    "full_colon": ("“{key}”后面的冒号是中文的。", "请改成英文冒号，后面空一格。"),
    "no_space": ("“{key}”的冒号后面少了空格。", "请在冒号后面空一格，写成“{key}: 内容”。"),
    "odd_space": (
        "“{key}”的冒号后面不是普通的空格。",
        "请删去它，用英文输入法重新打一个空格。",
    ),
    "sign": ("YAML 里，“{sign}”开头的内容另有意思。", "请给整段内容加上引号：{example}。"),
    "block_text": (
        "“{sign}”的后面不能再写字。",
        "请换一行写，行首空两格；只有一行的，去掉“{sign}”。",
    ),
    "part_quoted": (
        "引号只包住了内容的一部分。",
        "请改用中文的引号“”，或者给整段再加一层引号：{example}。",
    ),
    "open_quote": ("这里的引号只有一半。", "请补上另一半，或者改用中文的引号“”。"),
    "backslash": (
        "双引号里，反斜杠和后面的字有别的意思。",
        "请把双引号换成单引号：{example}，或者直接打出这个字。",
    ),
    "document": (
        "“---”把文件分成了两份，一个文件只能有一份。",
        "请删去这一行；它下面是正文的，请写到“body: |”的下面，每行行首空两格。",
    ),
    "unindented": (
        "这一行没有缩进，不知道属于哪一项。",
        "请在行首加两个空格（英文的），每一行都要。",
    ),
    "indented": ("这一行的行首多了空格。", "请和上一行对齐。"),
    "uneven": ("这一行和上面几行没有对齐。", "请让同一段的每一行缩进一样多。"),
    "cut": (
        "“{found}”前面有空格，YAML 会当它是注释，丢掉它。",
        "要这些字，请给整段内容加上引号；不要，请在“#”后面空一格，或删去它。",
    ),
    "unseen": (
        "双引号里的反斜杠写出了看不见的字符（U+00{code}）。",
        "请把双引号换成单引号，反斜杠就只是反斜杠。",
    ),
    "joined": (
        "这几行会连成一行，行与行之间多出空格。",
        "要分行，请在冒号后面写“|”，从下一行起每行行首空两格；不分行，请写在一行里。",
    ),
    "lost": (
        "“{found}”在页面上看不到：它被当成了标签、网址或别的记号。",
        "请看这一行的方括号、尖括号和冒号；是原文的，在前面加一个反斜杠“\\”。",
    ),
    "invisible": (
        "“{found}”写出了看不见的字符，网页和订阅里都放不了。",
        "请删去它；是原文的，请把 & 写成 &amp;。",
    ),
    "unclosed": ("<{found}> 没有结束，后面的文字都会跟着它变样。", "请补上 </{found}>，或删去它。"),
    "brackets": (
        "到这里有超过 {found} 个“[”或“](”没有配上另一半。",
        "请补上“]”或“)”；是原文的，请改用中文的括号。",
    ),
    "long_text": ("这段文字超过 {found} 个字。", "请分成几篇，或作为附件放上来。"),
    "full_pipe": ("这里的竖线是中文的。", "请改成英文的“|”，从下一行写起，每行行首空两格。"),
    "syntax": (
        "这里的写法读不懂。",
        "请看这一行和上一行的缩进、引号和冒号；内容里有特别的符号，就给整段加上引号。",
    ),
    "file_name": (
        "文件名“{name}”不能用作网址。",
        "请只用小写英文字母、数字和短横线，例如 {example}.yaml。",
    ),
    "file_ending": (
        "内容文件要以 .yaml 结尾。",
        "请改名为 {example}.yaml，或移出 content 文件夹。",
    ),
    "folder": ("没有名为“{name}”的内容文件夹。", "{mend}"),
    "folder_inside": (
        "“{name}”是文件夹，这里只放文件。",
        "请把里面的文件移出来，再删去它。",
    ),
    "dead_link": ("这是一个链接，它指向的文件不在了。", "请放回那个文件，或删去这个链接。"),
    "missing_file": ("缺少这个文件。", "请从样例里复制一份再改。"),
    "unreadable": ("文件打不开（{detail}）。", "请检查文件权限。"),
    "unknown_key": ("不认识“{name}”。", "{mend}"),
    "missing": ("缺少必填的“{name}”。", "请加上一行“{name}: ……”，冒号后面写内容。"),
    "wrong_type": ("“{name}”应当是{expected}，现在是“{found}”。", "{mend}"),
    "wrong_value": ("“{name}”的内容“{found}”不对。", "{mend}"),
    "web_host": ("这个网址的域名不对。", "请照浏览器地址栏里的写，例如 https://空明社区.cn。"),
    "end_before_start": ("结束时间 end 早于开始时间 start。", "请核对两个时间。"),
    "end_alone": ("写了结束的时间 end，没有写开始的时间 start。", "请加上 start，例如 09:00。"),
    "to_before_from": ("“到”比“从”小：_to 的数要不小于 _from 的。", "请核对两个数。"),
    "one_decision": (
        "这一天怎么办没有写清楚：改期、取消、照常，只能写一样，也要写一样。",
        "改期写 moved_to: 日期；取消写 cancelled: true；照常写 as_usual: true。",
    ),
    "no_service_day": (
        "exceptions 里的 date 不是志愿服务日：每月的那一天写在 day。",
        "请核对日子；换过 day 的，以前的可以删去。",
    ),
    "decided_twice": ("这一天在 exceptions 里写了两次。", "请只留一处。"),
    "two_service_days": (
        "改到的这一天 moved_to 已经是志愿服务日了。",
        "请改到别的一天；不办的，写 cancelled: true。",
    ),
    "expires_before_published": (
        "过期的日子 expires_on 不晚于发布的日子 publish_on，这一页永远看不到。",
        "请核对两个日子；从 expires_on 那天起，页面就写着已过期。",
    ),
    "note_without_day": (
        "写了改动说明 update_note，却没有写哪天改的。",
        "请加上一行“updated: 日期”，例如 updated: 2026-04-06。",
    ),
    "updated_before_date": ("更新的日子 updated 早于 date。", "请核对两个日子。"),
    "withheld_page": (
        "“{name}”这一页不能不公开，每一页的页脚都链接到它。",
        "请去掉 draft 或 publish_on；要改的话，先改好再存。",
    ),
    "choices": ("选择题（choice、choices）才有选项，也必须有选项。", "请加上或删去 choices。"),
    "old_name": ("“{name}”不会是以前的文件名。", "{mend}"),
    "old_name_there": (
        "“{name}”还有自己的文件，不会是这一个以前的名字。",
        "请删去那个文件，或从 renamed_from 里去掉它。",
    ),
    "old_name_twice": (
        "“{name}”已经写成 {other}.yaml 以前的名字了。",
        "请只在一个文件的 renamed_from 里写它。",
    ),
    "old_name_taken": (
        "文件名“{name}”以前是 {other}.yaml 的，那时的单子和链接还跟着它，不能给别的用。",
        "请给这个文件另起一个没有用过的名字。",
    ),
    "same_grid": (
        "{other}.yaml 也叫“{name}”，单子上就分不清是哪个网格。",
        "请把其中一个的 name 改得不一样。",
    ),
    "unknown_team": ("没有名为“{name}”的服务队。", "{mend}"),
    "sms_channel": (
        "表单问了要不要短信，可是没有给居民发短信的渠道。",
        "请在 site.yaml 的 notify 里写上 to: resident 的渠道，或删去这一题。",
    ),
    "sms_kind": (
        "这一种渠道是给群或信箱的，不能给居民发短信。",
        "给居民的，kind 写 webhook 或 aliyun。",
    ),
    "sms_only": ("这一种渠道是给居民发短信的。", "请写 to: resident，或换一种 kind。"),
    "sms_question": (
        "有给居民发短信的渠道，可是心愿单没有问要不要短信，一条也不会发。",
        "请在 content/forms/wish.yaml 里加上 name: sms 的那一题，样例里有。",
    ),
    "sms_settings": ("给居民发短信的渠道还缺：{names}。", "请补上，见 docs/operate.md。"),
    "unknown_picture": ("static 文件夹里没有图片“{name}”。", "{mend}"),
    "picture_ending": (
        "“{name}”不是图片。",
        "图片可以用 .jpg、.png、.webp、.gif、.heic、.svg 文件，放在 static 文件夹里。",
    ),
    "no_picture": (
        "“{name}”的名字像图片，里面却不是图片。",
        "请用看图的程序打开它，另存为 .jpg，再放进 static 文件夹。",
    ),
    "broken_picture": (
        "图片“{name}”坏了，读到一半断了。",
        "请把原来的照片重新传一次，放进 static 文件夹。",
    ),
    "large_picture": (
        "图片“{name}”太大，超过一亿二千万像素。",
        "请在手机或看图的程序里缩小一些再放进来。",
    ),
    "active_picture": (
        "图片“{name}”里带着程序，不能放上网站。",
        "请另存为 .png，或换一张不带程序的 SVG。",
    ),
    "unknown_attachment": ("static 文件夹里没有文件“{name}”。", "{mend}"),
    "attachment_ending": (
        "“{name}”不能作附件。",
        "附件可以用 .pdf、.docx、.xlsx、.pptx 文件，放在 static 文件夹里；旧的 .doc、.xls、.ppt "
        "请用 Word 或 WPS 另存，压缩包请解开，一个一个放。",
    ),
    "no_file": (
        "“{name}”里面的东西和名字的结尾不一样。",
        "请用原来的程序打开它，另存一次，再放进 static 文件夹；不要只改名字。",
    ),
    "broken_file": (
        "文件“{name}”坏了，打不开。",
        "请把原来的文件重新放进 static 文件夹；原来的也打不开，请重新导出一次。",
    ),
    "old_file": (
        "“{name}”是旧格式的，或者加了密码。",
        "请用 Word 或 WPS 打开它，去掉密码，另存为 .docx、.xlsx 或 .pptx。",
    ),
    "locked_file": ("“{name}”加了密码，别人打不开。", "请另存为一份不用密码的。"),
    "active_file": ("“{name}”里带着宏，不能放上网站。", "请另存为不带宏的，再放进来。"),
    "marked_file": (
        "“{name}”里还有批注或修订，谁写的、删去了什么，下载的人都看得到。",
        "请在 Word 或 WPS 的“审阅”里接受或拒绝所有修订，删去所有批注，再存一次。",
    ),
    "large_file": (
        "文件“{name}”太大了，手机上下载不动（最多 30 MB）。",
        "请压缩里面的图片，或分成几个文件。",
    ),
    "unsafe_tag": ("标签“{name}”不能用作网址。", "{mend}"),
    "required_page": ("缺少页面“{name}”，每一页的页脚都链接到它。", "请从样例里复制一份再改。"),
    "placeholder": (
        "“{name}”不能换成 site.yaml 里的内容：花括号里要写那里的名称。",
        "{mend}要照样显示出来的，前面再加一个 $。",
    ),
    "role_of_kind": ("这一题的 role 和 kind 不配。", "请核对 role；不清楚的，就不写 role。"),
    "sensitive_consent": (
        "问敏感信息的一题要写 sensitive: true，也要写 consent，两样缺一不可。",
        "请在 consent 里写居民单独同意的话，说清为什么非问不可、对本人有什么影响。",
    ),
    "sensitive_optional": (
        "问敏感信息的一题不能是必答题，也不能有 role。",
        "请去掉 required 和 role：不同意的，也照样能办。",
    ),
    "recorded": ("这个 name 程序自己要用。", "请换一个 name。"),
    "same_question": (
        "“{first}”和“{second}”的 role 或 name 都是“{name}”，分不清哪个是哪个。",
        "请改其中一题。",
    ),
    "proof": (
        "kind 是 {kind} 的题只用来核对是谁的单子，在这张表单里答了也不会留下来。",
        "请去掉这一题；要留下来，请把 kind 改成 text。",
    ),
    "same_choice": (
        "“{first}”和“{second}”的 value 都是“{name}”，选了以后分不清是哪个。",
        "请给其中一个换一个没有用过的 value（other 是“其他”自己用的）。",
    ),
    "required_role": (
        "这张表单要有 role 是“{role}”的必答题，kind 是 {kinds}，程序靠它工作。",
        "请加上它，写 required: true；已经有了的，请在那一题写 role: {role}。",
    ),
    "sample_value": ("“{name}”还是样例里的“{found}”。", "请换成您社区自己的。"),
    "sample_name": (
        "这里写着样例社区的“{found}”。",
        "请换成您社区的；名称和电话可以写 ${{station}}、${{name}}、${{phone}}，跟着 site.yaml 变。",
    ),
    "undated_exceptions": (
        "志愿服务日有改期或取消的，没有写哪天定的，居民手机里的日历不一定会更新。",
        "请在 service_day 下面加上一行“updated: 日期”，每改一次就换成那一天。",
    ),
    "withheld_address": (
        "“{found}”是草稿，或者还没到发布的日子，现在点开什么也没有。",
        "请等它发布了再链接过去，或先去掉这个链接。",
    ),
    "withheld_team": (
        "服务队“{found}”是草稿，或者还没到发布的日子，这项服务先不写它。",
        "请先发布那支队伍，或从 teams 里去掉它。",
    ),
    "dead_address": ("网站上没有“{found}”。", "请核对地址，或去掉这个链接、图片。"),
    "dead_anchor": (
        "“{found}”的那一页有，可是“#”后面的位置没有。",
        "请打开那一页，从地址栏里复制，或去掉“#”和后面的。",
    ),
    "silent_picture": (
        "图片“{found}”没有文字说明，读屏的人不知道是什么。",
        "请在方括号里写一句：![说明](地址)。",
    ),
    "joined_tags": (
        "标签“{name}”像是几个写在了一起。",
        "请分开写，例如 [清明, 就业]，用英文逗号。",
    ),
    "alike_tags": (
        "标签“{name}”和“{other}”看上去是一个，会成为两页。",
        "请写成一样的：大小写、全角半角、看不见的字符都一样。",
    ),
    "duplicate_address": ("网址 {address} 已经被 {other} 用了。", "请给其中一个文件改名。"),
    "figures_conflict": ("这里留着两个版本合并时的标记。", FIGURES_MEND),
    "figures_syntax": ("文件在这里断了，不是完整的 JSON。", FIGURES_MEND),
    "figures_shape": (
        "这里不是统计数字的样子：个数是不小于 0 的整数，日期写成 2026-11-25 的样子。",
        FIGURES_MEND,
    ),
    "required_form": ("缺少表单“{name}”，居民要用它。", "请从样例里复制一份再改。"),
}

SAFE_TAG = "请去掉斜杠、问号、井号和首尾的空格、句点。"
SHORT_TAG = "请写短一些，最多 {longest} 个字。"
OLD_NAME = "请照以前的文件名写，不带 .yaml，例如 barbers。"
PLACEHOLDER = "${{{name}}}"
NEAREST = "是不是“{name}”？"
KNOWN = "可以用的有：{names}。"
TEXT_NOT_MAPPING = (
    "请在冒号后面写“|”，从下一行起每行行首空两格；只有一行的，请给它加上引号，或改用中文的冒号。"
)

TYPES = {
    "text": ("文字", "请写一段文字。"),
    "list": ("列表", "请写成列表：每项一行，行首是短横线和空格。"),
    "mapping": ("一组名称和内容", "请在下一行缩进两格，写成“名称: 内容”。"),
    "integer": ("整数", "请写阿拉伯数字，不带单位。"),
    "boolean": ("“true”或“false”", "请写 true（是）或 false（否）。"),
    "date": ("日期", "请写成 2026-04-05 的样子，而且要是真实的日子。"),
    "moment": ("日期和时间", "请写成 2026-04-05 14:30 的样子。"),
    "clock": ("时间", "请写成 09:00 的样子。"),
}
