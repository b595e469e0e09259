"""What commands say of a store that cannot be used, and `doctor` of what it finds in one."""

from generator import COMMAND

STORE: dict[str, str] = {
    "secret_missing": (
        "密钥不见了：{place} 没有，或者是空的。没有它，谁也读不了个人信息，"
        "也不会另造一把。请把另外保管的那一份放回去再试；真的再也找不到了，见 docs/operate.md。"
    ),
    "secret_short": (
        "密钥太短：{place} 的第一行至少要有 {shortest} 个字符。请核对是不是放错了文件。"
    ),
    "secret_unreachable": (
        "取不到密钥（{error}）：{place}。请核对 WUDAN_SECRET 里的 ARN、网络，和取它的权限。"
    ),
    "secret_there": "密钥还在：{place}，或者写在 WUDAN_SECRET 里，所以没有另造。",
    "secret_foreign": (
        "密钥和数据库不是一对：这把密钥打不开库里的个人信息，所以什么也没有动。"
        "请换回这个社区自己的密钥；要是数据库放错了，请换回自己的数据库。"
    ),
    "store_missing": (
        "密钥还在，数据库却不见了：没有 {place}。请先核对 --data 写得对不对；"
        f"真丢了，请用 {COMMAND} restore 放回备份。确实要从头开始，请用 serve --new。"
    ),
    "store_empty": (
        "数据库是空的：{place} 里什么也没有，旁边却有密钥或没有并进去的日志。请不要删旁边的文件，"
        f"用 {COMMAND} restore 放回备份。确实要从头开始，请先把它们移走，再用 serve --new。"
    ),
    "store_damaged": (
        "数据库坏了，读不了：{place}（{error}）。什么也没有动。"
        f"请用 {COMMAND} restore 放回最近的备份，坏了的会留着。"
    ),
    "store_newer": (
        "{place} 是更新版本的五单写的，这个版本读不懂。请升级程序，或者换回升级以前的备份。"
    ),
    "store_unknown": "{place} 不是五单的数据库。请核对 --data 写得对不对。",
    "in_use": (
        "还有别的程序开着 {place} 里的数据库，多半是 serve 还在运行。请先停下它，再做一次。"
    ),
    "unwritable": "{place} 写不进去（{error}）。请看看磁盘是不是满了、文件夹是不是只读。",
    "not_a_file": (
        "这个社区的数据在云上的表里，不是文件。要回到以前的某一刻，请用 AWS 的“时间点恢复”；"
        f"要搬回这台机器，请用 {COMMAND} move。见 docs/operate.md。"
    ),
    "busy": "别的程序正在写数据库，等了一会儿还没有轮到。什么也没有动，请过一会儿再试。",
    "copy_damaged": "这份备份坏了：{place}（{error}）。什么也没有动，请换更早的一份。",
    "no_copy": "没有 {place} 这个文件。请核对备份放在哪里。",
    "no_store": "{place} 里还没有数据库。请核对 --data 写得对不对；第一次用，请先运行 serve。",
}
"""What is said of a store that cannot be used, by :attr:`functions.errors.Unusable.code`."""

MORE = "等"
BY: dict[str, str] = {
    "order": "{count} 单没办完的",
    "volunteer": "{count} 份没处理的志愿者报名",
}
"""Who needs what content has no longer, by kind of history."""
KEPT = "填的是有它的表：{numbers}。答过的都留着，照样看得到。"
NEEDED: dict[str, str] = {
    "service": (
        "content/menu/{name}.yaml 没有了，还有 {by}要“{label}”：{numbers}。"
        "只是停办，请留着文件，写上 ended: 日期；改了文件名，请在新文件里写 renamed_from: {name}。"
    ),
    "team": (
        "content/teams/{name}.yaml 没有了，“{label}”手上还有 {by}：{numbers}。"
        "只是停办，请留着文件，写上 ended: 日期；改了文件名，请在新文件里写 renamed_from: {name}。"
    ),
    "grid": (
        "content/grids 里没有叫“{label}”的网格，服务队也没有写它，还有 {by}在那里：{numbers}。"
        "单子上照样看得到它；要换网格，请在工作台重新受理。"
    ),
    "question": (
        f"content/forms/{{form}}.yaml 去掉了“{{label}}”（{{name}}），还有 {{by}}{KEPT}"
        "题目的 name 不能改名，改了就是另一道题；只是换个问法，请改 label，name 写回 {name}。"
    ),
    "step": f"templates/actions.yaml 的 {{form}} 去掉了“{{label}}”（{{name}}），还有 {{by}}{KEPT}",
}
"""What is said of open orders and sign-ups that need what content has no longer, by what it is."""

TAKEN: dict[str, str] = {
    kind: f"content/{folder}/{{name}}.yaml 的文件名以前是 {{other}}.yaml 的，"
    "那时的单子和链接还跟着它。请给这个文件另起一个没有用过的名字。"
    for kind, folder in (("service", "menu"), ("team", "teams"))
}
"""What is said of a file name that another file had before."""

RETURNED: dict[str, str] = {
    kind: f"content/{folder}/{{name}}.yaml 这个文件名以前是“{{label}}”的，"
    "那时的单子、链接和记录都会算到“{now}”名下。不是同一个的，请另起一个没有用过的名字；只是改了叫法的，不用管。"
    for kind, folder in (("service", "menu"), ("team", "teams"))
}
"""What is said of a file name that is there again for something that is called otherwise."""

NAME_TAKEN = "已经有 {path} 了。请换一个标题，或直接改那个文件。"
NAMELESS = "标题“{title}”里没有可以做文件名的字。请换一个标题。"
UNDECIDED = "待定"
"""Where a fair is that was made from a list of its positions."""
EXPLAINED = ("说明", "列名", "怎么填", "")
"""The title and the heads of the sheet that explains the columns of a list."""
REQUIRED = "必填"
BOOLEANS = {"是": "true", "要": "true", "需要": "true"}
BOOLEANS |= {"否": "false", "不": "false", "不要": "false", "不需要": "false"}
"""What people write into a list for yes and no."""

NOT_IMPORTED: dict[str, str] = {
    "heavy": "{file} 里的东西太多，读不完。请分成几个文件，或把要的部分复制到新文件里，再导入。",
    "workbook": "{file} 读不出来。请用 Word、Excel 或 WPS 打开它，另存为 .docx 或 .xlsx 再导入。",
    "no_article": "{file} 里没有 Word 文章。请用 Word 或 WPS 另存为 .docx 再导入。",
    "no_text": "{file} 里没有文字。",
    "empty": "{file} 里没有要收的行。请在列名下面填好，再导入。",
    "sheets": "{file} 里 {sheets} 几张表都有要收的行。请复制到一张表里，或一张存一个文件，再导入。",
    "rows": "一次最多导入 {most} 行。请把 {file} 分成几个文件。",
    "columns": f"{{file}} 里没有这几列：{{names}}。空白的表用 {COMMAND} import --template 做。",
}
"""Why nothing of a file can be taken over, by the code of the error."""
PLACES = {"article": "第 {where} 段：", "table": "第 {where} 行：", "picture": "图片 {where}："}
"""Where something stands that is left out."""
LEFT: dict[str, str] = {
    "equation": "有公式。请截成图片放上来，或用文字写。",
    "chart": "有图表。请截成图片放上来。",
    "diagram": "有 SmartArt 图形。请截成图片放上来。",
    "object": "嵌着别的文件。请单独存下来，作为附件放上来。",
    "deleted": "修订里删去的字。",
    "comment": "批注。",
    "header": "页眉里的字。",
    "footer": "页脚里的字。",
    "merged": "表格里合并的单元格拆开了，字都在。",
    "elsewhere": "有一张图片不在文件里，只是链接着。请在 Word 里重新插入它。",
    "picture_kind": "网站放不了这种图片。请另存为 .png 或 .jpg，放进 static/photos/。",
    "no_picture": "里面不是图片。",
    "broken_picture": "坏了，读不出来。请重新插入它。",
    "large_picture": "太大，超过一亿二千万像素。请缩小一些。",
    "active_picture": "里带着程序，不能放上网站。",
    "column": "“{name}”这一列。",
    "aside": "合计、填表说明这样的行。",
    "empty_row": "没有要收的内容。",
    "wrong": "{what}{mend}",
    "there": "“{name}”已经有文件了：{path}。没有动它。",
    "nameless": "“{name}”里没有可以做文件名的字。请换一个名称。",
}
"""What is said of something that an import leaves out."""

NO_WIDGET = (
    "templates/{file} 里没有名叫 {widget} 的宏，题型 {kind} 要靠它显示。"
    "请在这个文件里加上 {{% macro {widget}(field, id, typed, said, error) %}}；"
    "如果这个文件是社区自己改过的，请对照新版的同名文件补齐。"
)
NO_LIBRARY = "这一步要用 {name}，还没有装。请运行：{mend}"
BACKUP = f"请用 {COMMAND} restore 放回最近的备份，坏了的会留着。"
MEND = f"它能照经过重新算出来：{COMMAND} doctor --mend。"

DOCTOR: dict[str, str] = {
    "file": f"数据库文件坏了（{{error}}）。{BACKUP}",
    "unreadable": f"{{no}}读到一半读不下去了（{{error}}），后面的没有查。{BACKUP}",
    "secret_foreign": f"{STORE['secret_foreign']}个人信息没有逐条查。",
    "secret_missing": "没有密钥，个人信息和查找用的记号没有查。请把密钥放回去再查一遍。",
    "damaged": (
        f"{{no}}：{{part}}坏了，和写下时不一样。能照经过算出来的，{COMMAND} doctor --mend 会改好；"
        "其余的请从备份找回。"
    ),
    "gap": f"{{no}}：缺第 {{steps}} 步。缺了的算不出来。{BACKUP}",
    "headless": f"{{no}}：经过还在，单子本身的那一行不见了。{BACKUP}",
    "impossible": f"{{no}}：经过不合规定的步骤（{{error}}），没有动它。{BACKUP}",
    "account": f"{{no}}：账号读不全，登录不了。请用 {COMMAND} staff reset 给这个人重设密码。",
    "head": f"{{no}}：列表里的样子和经过不一样（{{fields}}）。{MEND}",
    "unlisted": f"{{no}}：有 {{lists}} 个列表里该有却没有它。{MEND}",
    "overlisted": f"{{no}}：有 {{lists}} 个列表里不该有它。{MEND}",
    "stray": f"{{no}}：列表或提交记录指向一件没有的东西。{COMMAND} doctor --mend 会去掉这条。",
    "sealed": f"{{no}}：第 {{step}} 步的个人信息打不开，或者是别的单的。{BACKUP}",
    "sealed_missing": f"{{no}}：第 {{step}} 步应当有个人信息，却没有。{BACKUP}",
    "erased_kept": (
        f"{{no}}：经过说个人信息已经删了，其实还在。请马上用 {COMMAND} doctor --mend 删掉，"
        "再把更早的备份也清掉。"
    ),
    "exposed": (
        f"{{no}}：经过里留着该加密的回答（{{fields}}）。{COMMAND} doctor --mend 会把它们加密存放；"
        "已经删了个人信息的，就一起删掉。"
    ),
    "traces": f"{{no}}：按电话、住址查找用的记号不对。{COMMAND} doctor --mend 会照个人信息重做。",
    "counter": f"数字不对：{{month}} 的“{{no}}”是 {{stands}}，差 {{missing}}。{MEND}",
    "uncounted": "有的经过读不出，不知道它们该怎么算，所以数字没有核对，也不会改。",
    "lost": f"{{no}}：别处提到它，库里却没有。{BACKUP}",
    "account_lost": (
        f"工作人员“{{no}}”办过事，账号却不见了。请用 {COMMAND} staff list 核对；"
        "少了的用 staff add 重建，或放回备份。"
    ),
}
"""What `doctor` says of a fault, and what to do, by the fault's code."""

PARTS = {
    "head": "列表里的样子",
    "event": "第 {step} 步",
    "sealed": "第 {step} 步的个人信息",
    "histories": "经过",
    "figures": "数字",
    "messages": "消息",
    "facts": "库自己的记录",
}
"""Parts of a store, as `doctor` calls them."""

REFUSALS = {
    "secret": "密钥不在，或者和数据库不是一对，所以什么也没有改。请先把对的密钥放回去。",
    "damaged": f"数据库文件有损坏，在上面改只会更糟，所以什么也没有改。{BACKUP}",
    "unreadable": f"大多数经过读不出来，照剩下的改会把列表和数字改没，所以什么也没有改。{BACKUP}",
    "nothing": (
        "一件有数可算的都没有找到，照这样改会把数字全部清零，所以什么也没有改。"
        "请核对 --data 写得对不对，或放回备份。"
    ),
    "broken_off": (
        "没有查完（{error}），什么也没有改；DynamoDB 上改过的那些留着，再运行一次会接着改。"
        "请看看磁盘、网络和别的程序，再做一次；还是这样，请放回最近的备份。"
    ),
}
"""Why `doctor` stopped, by :attr:`functions.ops.consistency.Refusal.code`."""

MOVE = {
    "damaged": f"{{no}} 读不全，没有搬。请先用 {COMMAND} doctor 看看怎么修。",
    "foreign": "目标属于另一把密钥，没有动它。请换一个空的目标。",
    "diverged": "{no} 在两边不一样，没有动它。请换一个空的目标。",
}
"""Why `move` stopped, by the code of what it was refused for."""

BUILT = "改好了：写出 {written} 个文件，删去 {removed} 个。"
NO_SITE = "网站没有生成：{error}点单、评单和工作台照常，每分钟再试一次。"
OLD_SITE = "内容里有要改的地方，网站先用上一次的样子，改好就跟上：\n{error}"
NOT_BUILT = "生成网站时出了意外（{error}），网站还是上一次的样子；改好了会再生成。"
UNWATCHED = "系统不报告文件的改动（{error}），改为每隔两秒看一遍。"
"""What `serve` says of a build while it answers."""
OVERLAY = "内容里有要改的地方，网站还是上一次的样子。改好、保存以后，这一页会自己刷新。"
"""What stands above the mistakes on a page that somebody edits."""
