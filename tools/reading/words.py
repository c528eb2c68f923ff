"""The lexicon itself: plain data, standard business words in English and Chinese."""

from __future__ import annotations

from typing import Final

CONCEPTS: Final[dict[str, str]] = {
    # money
    "subtotal": "subtotal|sub total|net total|net amount|total before tax|total excluding tax"
    "|before tax|items total|小计|税前",
    "total": "total|totals|grand total|total amount|amount total|total price|total cost|in total"
    "|altogether|all together|overall amount|total paid|sum total|invoice total|order total"
    "|合计|总计|总额|总价|总共|总金额|一共|共计|总数|合計|总费用",
    "amount_due": "amount due|total due|balance due|amount payable|to pay|payable|amount owed|owe"
    "|应付|应付金额|应付款|待付|欠款",
    "amount": "amount|sum|金额|数额",
    "tax": "tax|taxes|vat|v.a.t.|gst|hst|sales tax|mwst|税|税额|增值税|税金|税费",
    "change": "change|change due|change given|找零|找回|找钱|找您",
    "cash": "cash|tendered|cash tendered|cash paid|cash given|现金|实收",
    "card": "credit card|debit card|visa|mastercard|card payment|银行卡|信用卡|刷卡",
    "tip": "tip|gratuity|小费",
    "service": "service|service charge|service fee|服务费",
    "discount": "discount|rebate|savings|reduction|off your order|折扣|优惠|减免",
    "deposit": "deposit|security deposit|down payment|押金|定金|保证金|订金",
    "rent": "rent|monthly rent|rental|租金|房租|月租",
    "price": "price|prices|unit price|cost|costs|价格|单价|价钱|售价|票价|fare|价",
    "fee": "fee|fees|charge|charges|费用|手续费",
    "shipping": "shipping|delivery fee|delivery charge|postage|freight|运费|邮费|配送费",
    "balance": "balance|account balance|余额|结余",
    "salary": "salary|salaries|wage|wages|pay rate|income|earnings|earn|earns|工资|薪水|薪资|收入|月薪",
    "budget": "budget|budgets|预算",
    "revenue": "revenue|revenues|turnover|营业额|营收",
    "sales": "sales|sold|销售额|销量|销售|卖出",
    "profit": "profit|profits|利润",
    "fine": "penalty|late fee|late charge|late payment fee|违约金|罚款|滞纳金",
    "insurance": "insurance|insured|保险",
    # time
    "due": "due date|due|payment due|pay by|payable by|date due|到期|到期日|付款期限|截止|截止日期|deadline"
    "|应付日期|还款日|期限",
    "expiry": "exp|expiry|expires|expire|expiry date|expiration|expiration date|exp date|valid until"
    "|valid to|best before|use by|有效期|保质期|有效期至|失效",
    "start": "start date|start|starts|begins|begin|beginning|commences|commence|commencement"
    "|effective date|开始|起始|开始日期|起始日期|起租|生效",
    "end": "end date|end|ends|finish|finishes|terminates|结束|终止|结束日期|截至",
    "date": "date|dated|日期|date of issue|issue date|issued|issued on|invoice date|order date"
    "|开票日期|签发日期|订单日期",
    "birth": "date of birth|birth date|birthday|dob|born|出生日期|生日|出生",
    "arrival": "arrival|arrives|arrive|arrival time|check in|check-in|到达|抵达|入住|到站",
    "departure": "departure|departs|depart|departure time|leaves|leave|check out|check-out|出发|离开|退房"
    "|起飞|发车|开车时间",
    "time": "time|时间|钟点",
    "hours": "opening hours|business hours|open hours|hours|opening times|store hours|office hours"
    "|营业时间|开放时间|办公时间|上班时间",
    "open": "open|opens|opening|开门|开业|营业|开放",
    "close": "close|closes|closing|closed|关门|打烊|休息|闭馆|歇业",
    "term": "term|duration|period|lease term|期|租期|任期|期间|合同期",
    "notice": "notice|notice period|通知期|提前通知",
    "warranty": "warranty|guarantee|warranty period|保修|保修期|质保",
    "vacation": "vacation|annual leave|holiday allowance|paid leave|vacation days|paid time off"
    "|holidays|年假|休假|假期",
    "trial": "trial|probation|trial period|probation period|probationary period|试用期",
    "age": "age|years old|aged|年龄|年齢|岁",
    # people and places
    "name": "name|names|full name|called|姓名|名字|名称|叫",
    "customer": "customer|client|buyer|bill to|billed to|sold to|customer name|purchaser|客户|顾客|买方"
    "|购买方",
    "seller": "seller|vendor|merchant|supplier|sold by|卖方|销售方|商家|供应商",
    "shop": "shop|store|restaurant|cafe|company|business|商店|店|餐厅|公司|店名",
    "cashier": "cashier|server|served by|served|serve|waiter|clerk|staff|收银员|服务员|店员",
    "tenant": "tenant|tenants|lessee|renter|承租人|租客|租户|承租方|乙方",
    "landlord": "landlord|landlady|lessor|owner|出租人|房东|出租方|甲方|业主",
    "employer": "employer|雇主|用人单位",
    "employee": "employee|employees|staff member|worker|员工|雇员|职员",
    "manager": "manager|head|经理|主管|负责人",
    "author": "author|authors|written by|作者|撰写",
    "teacher": "teacher|instructor|lecturer|老师|教师",
    "doctor": "doctor|physician|dr|医生|大夫|医师",
    "patient": "patient|患者|病人",
    "passenger": "passenger|traveller|traveler|乘客|旅客",
    "guest": "guest|guests|客人|住客",
    "speaker": "speaker|presenter|主讲|演讲者|主讲人",
    "organizer": "organizer|organiser|host|主办|主办方|组织者",
    "sender": "sender|from address|寄件人|发件人",
    "recipient": "recipient|ship to|deliver to|addressee|收件人|收货人",
    "signed": "signed|signature|signatory|签名|签字|签署",
    "address": "address|street address|住所|located|location|located at|地址|住址|位于|位置|在哪儿|在哪里"
    "|delivery address|billing address|shipping address",
    "city": "city|town|城市|市",
    "country": "country|nation|nationality|国家|国籍",
    "department": "department|dept|division|部门|科室",
    "position": "position|job title|title|role|occupation|profession|职位|职务|岗位|职业|职称",
    "room": "room|room number|hall|房间|房号|房间号|会议室|教室|地点|venue|place|place of meeting",
    "seat": "seat|seat number|座位|座位号|座号",
    "boarding": "boarding|boarding time|boarding starts|登机时间",
    "gate": "gate|boarding gate|登机口|检票口",
    "platform": "platform|track|站台",
    "flight": "flight|flight number|航班|航班号",
    "train": "train|train number|车次|火车|列车",
    "table_no": "table number|table no|桌号|台号",
    "floor": "floor|storey|楼层|楼",
    # ways to reach, identifiers
    "phone": "phone|telephone|tel|phone number|telephone number|mobile|mobile number|cell|cell phone"
    "|call|contact number|电话|手机|手机号|电话号码|联系电话|手机号码|tel.",
    "fax": "fax|fax number|facsimile|传真|传真号",
    "email": "email|e-mail|email address|e-mail address|mail address|邮箱|电子邮件|电子邮箱|邮件地址",
    "web": "website|web site|web address|web page|webpage|homepage|url|web|internet address"
    "|网址|网站|主页|官网",
    "zip": "zip|zip code|postcode|postal code|post code|邮编|邮政编码",
    "invoice_no": "invoice number|invoice no|invoice no.|invoice #|invoice id|invoice nr|发票号|发票号码"
    "|发票编号",
    "order_no": "order number|order no|order no.|order #|order id|订单号|订单编号|订单号码",
    "receipt_no": "receipt number|receipt no|receipt no.|receipt #|transaction number|transaction id"
    "|小票号|收据号|流水号|交易号",
    "reference": "reference|reference number|ref|ref no|booking reference|confirmation number"
    "|confirmation code|booking number|booking code|reservation number|pnr|参考号|确认号|预订号"
    "|预订编号|确认码",
    "customer_no": "customer number|customer no|customer id|client number|客户号|客户编号",
    "account": "account|account number|account no|iban|bank account|账号|账户|帐号|银行账号",
    "serial": "serial number|serial no|s/n|serial|序列号",
    "model": "model|model number|型号",
    "version": "version|版本|版本号",
    "id_no": "id number|id no|passport number|licence number|license number|registration number"
    "|证件号|身份证号|护照号|编号|学号|工号|employee id|student id|badge number",
    "vat_no": "vat number|vat no|vat id|tax id|tax number|税号|纳税人识别号",
    "password": "password|passcode|passphrase|wifi password|wi-fi password|pin|pin code|access code"
    "|door code|密码|口令|wifi密码|无线密码",
    "wifi": "wifi|wi-fi|wireless network|无线网络|网络名",
    "capital": "capital|首都|省会",
    # things counted and measured
    "quantity": "quantity|qty|units|pieces|数量|件数|个数",
    "stock": "stock|in stock|inventory|on hand|库存|存货",
    "item": "item|items|product|products|article|articles|goods|商品|产品|货品|品名|项目",
    "weight": "weight|weigh|weighs|heavy|重量|多重|体重",
    "height": "height|tall|高度|多高|身高",
    "length": "length|长度",
    "distance": "distance|how far|far|距离|多远",
    "size": "size|dimensions|尺寸|大小",
    "area": "area|floor area|square metres|square meters|面积|建筑面积",
    "temperature": "temperature|degrees|温度|气温",
    "speed": "speed|速度",
    "population": "population|inhabitants|residents|人口|居民",
    "capacity": "capacity|容量|载客量",
    "percent": "percent|percentage|百分比|比例|比率",
    "rate": "rate|interest rate|interest|利率|利息",
    "grade": "grade|score|mark|marks|scores|points|分数|成绩|得分",
    "rating": "rating|rated|stars|评分|评级|星级",
    "method": "payment method|method of payment|paid with|paid by|payment type|支付方式|付款方式",
    "status": "status|state|状态",
    "category": "category|type|kind|类别|类型|种类",
    "colour": "colour|color|颜色",
    "dose": "dose|dosage|剂量|用量",
    "calories": "calories|energy|kcal|热量|卡路里",
    "ingredient": "ingredient|ingredients|配料|成分",
    "pet": "pet|pets|animal|animals|宠物|动物",
    "parking": "parking|car park|parking space|停车|停车位|车位",
    "breakfast": "breakfast|早餐|早饭",
    "meeting": "meeting|meetings|会议|开会",
    "task": "task|tasks|action item|action items|to do|todo|任务|待办|行动项",
    "cancel": "cancel|cancellation|cancelled|cancelling|取消|退订",
    "refund": "refund|refunds|refundable|refunded|money back|return policy|退款|退货",
    "terminate": "terminate|termination|解除|解约",
    "repair": "repair|repairs|repaired|fix|maintenance|维修|修理|维护",
    "smoke": "smoke|smoking|吸烟|抽烟",
    "subject": "subject|topic|主题|议题",
    "project": "project|projects|工程",
    "contact": "contact|contact person|联系人|联系",
    "delivery": "delivery|delivered|deliver|delivery date|shipped|ship date|送货|交货|发货|送达",
}
"""Concept: its wordings. A wording belongs to one concept; the longest that fits is taken."""

KIN: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "@total": (("@amount_due", 0.9), ("@balance", 0.5), ("@amount", 0.6)),
    "@amount_due": (("@total", 0.85), ("@balance", 0.8), ("@amount", 0.6), ("@due", 0.6)),
    "@amount": (("@total", 0.9), ("@amount_due", 0.9), ("@price", 0.7)),
    "@price": (("@fee", 0.8), ("@amount", 0.8), ("@total", 0.6), ("@rent", 0.5)),
    "@fee": (("@price", 0.8),),
    "@sales": (("@revenue", 0.7),),
    "@revenue": (("@sales", 0.7),),
    "@balance": (("@amount_due", 0.7),),
    "@due": (("@amount_due", 0.7),),
    "@customer": (("@recipient", 0.7), ("@guest", 0.7), ("@name", 0.6)),
    "@passenger": (("@name", 0.7),),
    "@patient": (("@name", 0.7),),
    "@guest": (("@customer", 0.7), ("@name", 0.7)),
    "@employee": (("@name", 0.7),),
    "@recipient": (("@customer", 0.7),),
    "@seller": (("@shop", 0.8),),
    "@shop": (("@seller", 0.8), ("@name", 0.3)),
    "@contact": (("@phone", 0.8), ("@email", 0.8)),
    "@hours": (("@open", 0.9), ("@close", 0.5)),
    "@open": (("@hours", 0.9), ("@start", 0.5)),
    "@close": (("@hours", 0.9),),
    "@term": (("@start", 0.6), ("@end", 0.6)),
    "@start": (("@departure", 0.5), ("@open", 0.5)),
    "@end": (("@expiry", 0.6), ("@terminate", 0.5), ("@close", 0.4)),
    "@terminate": (("@notice", 0.7), ("@end", 0.6), ("@cancel", 0.6)),
    "@cancel": (("@terminate", 0.6),),
    "@expiry": (("@end", 0.6),),
    "@address": (("@city", 0.5), ("@room", 0.5)),
    "@room": (("@address", 0.5),),
    "@city": (("@address", 0.6),),
    "@quantity": (("@stock", 0.8),),
    "@stock": (("@quantity", 0.8),),
    "@item": (("@name", 0.5),),
    "@percent": (("@rate", 0.7),),
    "@weight": (("kg", 0.8), ("pound", 0.4)),
    "@rating": (("@grade", 0.7),),
    "@delivery": (("@shipping", 0.6),),
    "@vacation": (("leav", 0.5),),
    "@time": (("@hours", 0.6), ("@start", 0.5)),
    "@reference": (("@order_no", 0.6), ("@invoice_no", 0.5)),
    "@date": (("@time", 0.3),),
    "@signed": (("sign", 0.9),),
    "@password": (("code", 0.6),),
}
"""What else may answer for a concept, and how well."""

STOP: Final = frozenset(
    "a an and are as at be been being by can could did do does doing for from had has have having"
    " how i if in into is isn't it its it's just me mine my of on onto or our ours out per please"
    " should so some than that the their theirs them then there these they this those to too up us"
    " was we were what what's when where where's which while who who's whom whose why will with"
    " would you your yours much many about any also am he she his her him say says said saying tell"
    " show find give look know let want need whats get got long old does doesn't don't not no yes"
    " here each every all exactly must may might shall way thing things one ones via etc".split()
)
MEDIUM: Final = (
    "picture image photo photograph photos pictures images scan scanned screenshot document"
    " documents file files pdf docx xlsx csv sheet spreadsheet table text page pages slide report"
    " recording audio video clip memo voice message transcript receipt invoice bill letter contract"
    " agreement lease ticket sign poster menu card label notice form according given listed shown"
    " mentioned written printed stated read transcribe ocr words word attached attachment print"
    " note notes list paper book knowledge manual handbook library store stored search archive often 图片 照片 图里 图中 图像 截图 文档 文件 表格 表里 表中 录音"
    " 音频 视频 收据 小票 发票 账单 合同 信里 单子 菜单 海报 牌子 资料 笔记 上面 里面 写着"
)
GENERIC: Final = (
    "live lives living work works working make makes made take takes taken come comes go goes went"
    " use uses used pay pays paid spend spent buy bought purchase purchased order ordered offer"
    " include includes included contain contains keep allowed allow belong belongs happen happens"
    " last lasts see seen stand stands put number numbers value values figure answer information"
    " detail details day days week weeks month months year years hour hours minute minutes money"
    " person people customer allow wrote write mean means have receive received person's currently"
    " 住在 工作 购买 支付 付了 花了 需要 可以 包括"
)
STOP_ZH: Final = (
    "请问|告诉我|什么时候|什么|哪里|哪儿|哪个|哪些|哪天|哪位|多少钱|多少|多久|多长|多大|几点|几个|几|谁|怎么"
    "|为什么|吗|呢|吧|啊|的|了|是|在|有|和|与|跟|及|就|都|也|请|帮我|我们|我|你|他们|他|她|它|这个|那个|这份"
    "|这张|这段|这|那|个|张|份|上|里|中|下|把|被|给|对|从|到|为|以|能|会|要|想|知道|看看|说|讲|何时|何|哪"
    "|图片|照片|图像|截图|文档|文件|表格|录音|音频|收据|小票|发票|账单|资料|上面|里面|写着|写|着|不|并|用|一下"
)
