"""Sums told in a sentence or two: the value they come to, and what is no told sum."""

from __future__ import annotations

from datetime import date

import pytest

from tools.base import Call, Context, ToolResult
from tools.everyday import stories
from tools.everyday.calculate import Calculate, looks_like_calculation

TOOL = Calculate(lambda: date(2026, 5, 20))

ENGLISH = [
    # discounts
    ("A shirt costs 79.90 and it is 30% off, what do I pay?", 55.93, ""),
    ("Jeans were $60, now 25% off. What's the price now?", 45, "USD"),
    ("How much do I save on a 1,200 euro sofa with 15% off?", 180, "EUR"),
    ("The jacket is 40% off and the original price was £85. How much is it now?", 51, "GBP"),
    ("A TV is reduced by 20% and now costs 640. What was the original price?", 800, ""),
    ("I have a 10% student discount on a laptop that costs 949. What will I pay?", 854.1, ""),
    (("There's 20% off everything and I get another 10% off with my card. "
      "What does a $150 coat cost me?"), 108, "USD"),
    ("Shoes normally 110 euros are in the sale for half price, how much are they?", 55, "EUR"),
    # mark-ups
    ("We buy the mugs for 4.50 and add a mark-up of 60%. What is the selling price?", 7.2, ""),
    ("The rent is going up 4%. I pay 875 now, how much will it be?", 910, ""),
    ("My salary of 3,200 was raised by 3.5%. What do I earn now?", 3312, ""),
    (("The shop puts 35% on top of a purchase price of 80 euros. What do "
      "customers pay?"), 108, "EUR"),
    # taxes
    ("The chair is 250 euros net. How much is it with 19% VAT?", 297.5, "EUR"),
    ("An invoice is for 1,190 euros including 19% VAT. How much VAT is in there?", 190, "EUR"),
    ("The total is 238 including 19% VAT, what's the net amount?", 200, ""),
    ("How much tax do I pay on $85 if sales tax is 8%?", 6.8, "USD"),
    ("A meal costs $42 plus 7.5% tax. What is the total?", 45.15, "USD"),
    # tips and splitting
    ("Dinner was 86.40 and we want to leave a 15% tip. How much is the tip?", 12.96, ""),
    (("The bill is $120, we add 20% tip and split it between 4 people. How "
      "much does each pay?"), 36, "USD"),
    ("Four of us share a taxi for 34 euros. What does each of us owe?", 8.5, "EUR"),
    ("We were five and the pizza bill came to 73.50. How much per person?", 14.7, ""),
    (("Three friends split a bill of 96 dollars plus 18% tip. How much does "
      "each one pay?"), 37.76, "USD"),
    ("Rent is 1,350 and there are three of us, how much is that each?", 450, ""),
    # prices and quantities
    ("Apples are 2.80 a kilo. What do 3.5 kilos cost?", 9.8, ""),
    ("I need 12 metres of fabric at 8.95 a metre. What will it cost?", 107.4, ""),
    ("How much are 6 bottles of wine at 7.49 each?", 44.94, ""),
    ("One ticket costs 14 euros, how much for 9 tickets?", 126, "EUR"),
    ("I bought 3 coffees at 3.20 and 2 croissants at 1.90. What's the total?", 13.4, ""),
    ("Ham is 18.90 per kg, how much is 250 g?", 4.725, ""),
    ("A pack of 12 eggs costs 3.60. How much is one egg?", 0.3, ""),
    ("If 5 pens cost 4.25, how much do 8 pens cost?", 6.8, ""),
    # change, and what is left
    ("I paid with a 50 euro note for groceries of 37.85. How much change do I get?", 12.15, "EUR"),
    ("A book costs 12.99 and I give 20. How much change?", 7.01, ""),
    (("I buy two cakes at 3.40 each and pay with a 10 euro note. How much do "
      "I get back?"), 3.2, "EUR"),
    (("I had 80 dollars and spent 23.50 on lunch and 19 on a book. How much "
      "do I have left?"), 37.5, "USD"),
    # rates over a span
    ("I save 150 a month. How much is that in a year?", 1800, ""),
    ("My gym costs 29.90 a month, what do I pay per year?", 358.8, ""),
    ("I earn 18.50 an hour and work 38 hours a week. What do I make per week?", 703, ""),
    ("I smoke 8 cigarettes a day, how many is that in a week?", 56, ""),
    ("A tap drips 15 ml per minute. How many litres is that per day?", 21.6, "L"),
    ("I drink 2 coffees a day at 3.50 each. How much do I spend in a week?", 49, ""),
    ("The phone plan is 24 a month for 24 months. What do I pay altogether?", 576, ""),
    ("A car rental is 45 a day for 6 days plus 30 for insurance, what's the total?", 300, ""),
    # speed, distance, time
    ("I drive 240 km at 80 km/h. How long does it take?", 3, "h"),
    ("The train covers 360 km in 2.5 hours. What is its average speed?", 144, "km/h"),
    ("How far do I get in 3 hours at 65 mph?", 195, "mi"),
    ("I ran 10 km in 55 minutes, how fast is that in km/h?", 10.909091, "km/h"),
    ("A plane flies at 850 km/h for 4 hours. How far is that?", 3400, "km"),
    ("It's 12 km to the lake and I walk 5 km/h. How long will I need?", 2.4, "h"),
    # fuel
    ("My car uses 6.5 litres per 100 km. How much petrol do I need for 420 km?", 27.3, "L"),
    (("We drive 650 km, the car takes 7 litres per 100 km and petrol costs "
      "1.80 a litre. What does the trip cost?"), 81.9, ""),
    ("I used 38 litres for 540 km. What is that per 100 km?", 7.037037, "L"),
    ("My car does 40 miles per gallon. How many gallons for 300 miles?", 7.5, "gallons"),
    # recipes
    ("A recipe for 4 people needs 300 g of flour. How much flour for 10 people?", 750, "g"),
    ("The recipe takes 2 eggs for 8 pancakes. How many eggs do I need for 20 pancakes?", 5, ""),
    ("The soup for 6 needs 1.5 litres of stock, how much do I need for 8?", 2, "L"),
    ("I use 60 g of coffee per litre of water. How much coffee for 1.5 litres?", 90, "g"),
    # averages
    ("My grades are 78, 85 and 92. What is my average?", 85, ""),
    ("I walked 8200, 10400 and 6900 steps. What's the average?", 8500, ""),
    ("Over three nights I slept 6, 7.5 and 8 hours, what is the average?", 7.166667, ""),
    ("Temperatures were 18, 21, 24 and 17. What was the mean?", 20, ""),
    # percentages
    ("18 of 24 pupils passed. What percentage is that?", 75, "%"),
    ("The price went from 80 to 92. By how many percent did it go up?", 15, "%"),
    ("I scored 42 out of 60, what percent is that?", 70, "%"),
    ("My weight dropped from 90 kg to 81 kg. What percentage did I lose?", 10, "%"),
    ("35% of the 240 employees work part-time. How many is that?", 84, ""),
    ("Sales were 12,000 last year and 15,000 this year. What's the percentage increase?", 25, "%"),
    ("60% of the 45 seats are taken, how many are free?", 18, ""),
    # interest
    ("I put 5,000 in the bank at 3% interest. How much interest do I get in one year?", 150, ""),
    ("I invest 2,000 at 5% compound interest for 3 years. What is it worth then?", 2315.25, ""),
    ("Simple interest of 4% on 1,500 for 3 years, how much is that?", 180, ""),
    ("A loan of 8,000 at 6% for one year, how much interest do I pay?", 480, ""),
    # conversions
    ("The recipe says 350 degrees Fahrenheit, what is that in Celsius?", 176.666667, "°C"),
    ("My scale shows 154 lbs. How many kilos is that?", 69.853225, "kg"),
    ("She is 5 foot 6, how tall is that in cm?", 167.64, "cm"),
    ("The trail is 8 miles long. How many kilometres is that?", 12.874752, "km"),
    ("I need 3 cups of milk, how much is that in ml?", 709.76471, "mL"),
    ("My flight is 135 minutes, how many hours is that?", 2.25, "h"),
    ("It's -5 degrees Celsius outside. What's that in Fahrenheit?", 23, "°F"),
    ("The tank holds 12 gallons, how many litres is that?", 45.424941, "L"),
    # areas and volumes
    ("A room is 4.5 m by 3.2 m. What is the area?", 14.4, "m²"),
    ("My garden is 12 metres long and 8 metres wide. How big is it?", 96, "m²"),
    ("How much fence do I need around a garden of 15 m by 9 m?", 48, "m"),
    ("A box is 40 cm by 30 cm by 20 cm. What's its volume in litres?", 24, "L"),
    ("The floor is 5 m by 4 m and laminate costs 22 per square metre. What will it cost?", 440, ""),
    # times of day
    ("I work from 8:30 to 17:15. How many hours is that?", 525, "min"),
    ("The film starts at 19:45 and lasts 135 minutes. When does it end?", "22:00", "time"),
    ("I go to bed at 22:30 and get up at 6:15, how long do I sleep?", 465, "min"),
    (("The train leaves at 9:40 and takes 3 hours 25 minutes. What time does "
      "it arrive?"), "13:05", "time"),
    (("I have to be there at 10:00 and it takes 45 minutes. When do I have to "
      "leave?"), "9:15", "time"),
    ("How long is it from 11:50 to 14:20?", 150, "min"),
    # dates
    ("How many days are there between 3 March 2026 and 15 May 2026?", 73, "days"),
    ("What is the date 90 days after 1 June 2026?", "2026-08-30", "date"),
    (("I signed the contract on 12 January 2026 and have 30 days to cancel. "
      "Until when can I cancel?"), "2026-02-11", "date"),
    ("We've been married since 14 June 2008. How many years is that?", 17, "years"),
    ("How many weeks are there from 1 September 2026 to 18 December 2026?", 15, "weeks"),
    # ages
    ("My grandmother was born in 1938. How old was she in 2001?", 63, ""),
    ("Someone born on 4 July 1990, how old are they?", 35, "years"),
    ("I am 34 and my brother is 6 years younger. How old is he?", 28, ""),
    ("My son is 9 now. How old will he be in 12 years?", 21, ""),
    # warranties
    (("I bought the dishwasher on 15 August 2024 and the warranty lasts 24 "
      "months. When does it expire?"), "2026-08-15", "date"),
    (("The passport was issued on 3 July 2021 and is valid for 10 years, when "
      "does it expire?"), "2031-07-03", "date"),
    (("My fridge was bought on 20 November 2023 with a 3 year guarantee. When "
      "does the guarantee run out?"), "2026-11-20", "date"),
    # how many fit, how much more
    ("How many 250 ml glasses can I fill from a 1.5 litre bottle?", 6, ""),
    ("A bus holds 48 people. How many buses do we need for 130 people?", 3, ""),
    ("I have to read 320 pages and manage 40 a day. How many days will it take?", 8, ""),
    ("Mary is 162 cm and Tom is 181 cm. How much taller is Tom?", 19, "cm"),
    ("A box has 24 chocolates and I ate 7. How many are left?", 17, ""),
    ("I walked 3.2 km, then 4.5 km and then 1.8 km. How far is that in total?", 9.5, "km"),
    # what is asked is the whole, the rest, or the other one
    ("If 40% of a number is 60, what's the number?", 150, ""),
    ("My rent is 31% of what I earn. The rent is 775, so what do I earn?", 2500, ""),
    ("I've saved 60% of the 2,000 I need. How much is missing?", 800, ""),
    ("I bought shoes for 80 and sold them for 60. What percent did I lose?", 25, "%"),
    ("The price rose 10% to 550. What was it before?", 500, ""),
    ("A coat cost 450 but I got 90 off. What did I pay?", 360, ""),
    ("I bought 3 shirts at 25 each and have a voucher of 10 euros. What do I pay?", 65, "EUR"),
    ("A shirt costs 40 and there's 20% off, plus 5 for shipping. What do I pay?", 37, ""),
    ("A hotel room costs 120 a night plus 10% tax, what do 3 nights cost?", 396, ""),
    ("I earn 3,000 a month and pay 30% tax. How much do I take home a year?", 25200, ""),
    ("A taxi costs 3.50 plus 2.20 per km. What do 8 km cost?", 21.1, ""),
    ("We are 4 adults and 2 children. Adults pay 12 and children 7. What do we pay?", 62, ""),
    ("To feed 140 guests at 180 g of potatoes each, how many sacks of 12.5 kilos?", 2.016, ""),
    ("How much is 3 kg of apples at 2.50 and 2 kg of pears at 3.10?", 13.7, ""),
    ("Tom is 5 years older than Anna. Tom is 12. How old is Anna?", 7, ""),
    ("The temperature fell from 12 degrees to -5 degrees, how much is the difference?", 17, ""),
    ("How many days do I have to work if I need 900 euros and earn 75 a day?", 12, ""),
    ("Driving, can't look: what's 17 percent of 2,340 dollars? Say it out loud.", 397.8, "USD"),
    ("What is 3.2 percent of 78 thousand?", 2496, ""),
    ("add 7.5% to 1,200", 1290, ""),
    ("How much do I pay for 2 shirts at 20 with 10% off?", 36, ""),
    ("I have 2 hours 20 minutes, the film lasts 95 minutes. How long do I have left?", 0.75, "h"),
]  # fmt: skip
CHINESE = [
    ("一件衬衫原价120元，打八折，要付多少钱？", 96, "CNY"),
    ("这双鞋300块，打7折后多少钱", 210, "CNY"),
    ("苹果一斤6.5元，买4斤多少钱？", 26, "CNY"),
    ("一支笔3块钱，买12支要多少钱", 36, "CNY"),
    ("我付了100元，买了68.5元的东西，找我多少钱？", 31.5, "CNY"),
    ("五个人吃饭花了385元，平均每人多少钱", 77, "CNY"),
    ("房租每月2800元，一年要付多少？", 33600, "CNY"),
    ("我每小时挣35元，一天工作8小时，一天能挣多少钱", 280, "CNY"),
    ("开车以每小时80公里的速度行驶240公里，需要多久", 3, "h"),
    ("火车3小时走了360公里，平均速度是多少", 120, "km/h"),
    ("油耗每百公里7升，开500公里要多少油", 35, "L"),
    ("每百公里油耗8升，油价每升7.5元，跑300公里要花多少油钱", 180, "CNY"),
    ("全班40人，有30人及格，及格率是百分之多少", 75, "%"),
    ("工资从5000元涨到5600元，涨了百分之几", 12, "%"),
    ("三次考试的成绩是85、90和95，平均分是多少", 90, ""),
    ("房间长5米宽4米，面积是多少", 20, "m²"),
    ("一瓶水500毫升，3瓶是多少升", 1.5, "L"),
    ("我身高5英尺8英寸，是多少厘米", 172.72, "cm"),
    ("气温是华氏100度，摄氏多少度", 37.777778, "°C"),
    ("我体重65公斤，是多少斤", 130, "斤"),
    ("电影晚上7点半开始，片长2小时15分钟，几点结束？", "21:45", "time"),
    ("我从早上9点工作到下午5点半，一共工作了几个小时", 510, "min"),
    ("从2026年3月1日到2026年5月20日有多少天", 80, "days"),
    ("我1985年出生，2026年多大", 41, ""),
    ("小明今年12岁，8年后多少岁？", 20, ""),
    ("存款10000元，年利率2%，一年利息是多少", 200, "CNY"),
    ("4个人的菜谱需要300克面粉，6个人需要多少克", 450, "g"),
    ("不含税价格是500元，增值税13%，含税价是多少？", 565, "CNY"),
    ("我有200元，买书花了45元，买菜花了32.5元，还剩多少", 122.5, "CNY"),
    ("一箱有24瓶，5箱有多少瓶", 120, ""),
    ("冰箱2024年6月1日买的，保修3年，什么时候到期", "2027-06-01", "date"),
    ("原价450元的外套便宜了90元，现在多少钱", 360, "CNY"),
    ("每天跑5公里，一个月跑多少公里", 150, "km"),
    ("早上8点20出发，路上要45分钟，几点到？", "9:05", "time"),
    ("12个鸡蛋18元，一个多少钱", 1.5, "CNY"),
    ("一件500元的衣服降价30%，现在卖多少钱", 350, "CNY"),
    ("牛肉48元一斤，买两斤半多少钱", 120, "CNY"),
    ("一本书有360页，每天看30页，几天能看完", 12, ""),
    ("姐姐比我大5岁，我今年18岁，姐姐几岁", 23, ""),
    ("手机涨价10%，原来3000元，现在多少钱", 3300, "CNY"),
    ("商品原价200元，先打九折再减20元，现价多少", 160, "CNY"),
    ("一件衣服打75折后卖150元，原价是多少", 200, "CNY"),
    ("涨了15%以后是4600，没涨前多少", 4000, ""),
    ("年薪二十四万，扣掉20%的税后，每月到手多少", 16000, ""),
    ("我有一千二，每天花四十，够用多少天", 30, ""),
    ("三万五除以七是多少", 5000, ""),
    ("一千二除以五人每人多少", 240, ""),
    ("12块蛋糕平均分成3份，每份几块", 4, ""),
    ("一年级有5个班，每班42人，一共多少人", 210, ""),
    ("我买了3公斤苹果，每公斤8元，给了50元，找多少", 26, "CNY"),
    ("体重从80公斤减到72公斤，减了百分之几", 10, "%"),
    ("一共30人，分成5组，每组多少人", 6, ""),
    ("爸爸比我大28岁，我今年12岁，爸爸多少岁", 40, ""),
]  # fmt: skip
NOT_TOLD = [
    "Remind me in 20 minutes to take the pasta off",
    "I slept 4 hours, what should I do?",
    "I slept 4 hours",
    "what is the total?",
    "What's the total on this receipt?",
    "How much did I pay for the 3 coffees on the receipt?",
    "Set a timer for 45 minutes",
    "My flight is at 7:30, wake me two hours before",
    "What does chapter 4 say about the 1929 crash?",
    "Translate: the shirt costs 20 euros and it is 10% off, what do I pay?",
    "How many calories are in 2 eggs?",
    "How much does a 2 bedroom flat cost in Berlin?",
    "Who won the 1998 world cup?",
    "What happened in 1989?",
    "Summarise page 12 in three sentences",
    "How old is the person in picture 2?",
    "I have 3 cats and 2 dogs, what should I name the next one?",
    "What is the capital of a country with 5 million people?",
    "Is 30% off a good deal?",
    "Write a poem of 12 lines about 4 seasons",
    "What can I cook in 30 minutes with 2 eggs?",
    "My doctor said 2 tablets a day, is that safe?",
    "How much sleep does a 6 year old need?",
    "How long does it take to boil 3 eggs?",
    "How many people live in the 10 largest cities?",
    "What time is it in Tokyo when it's 9:00 here?",
    "Call me at 5 pm",
    "What is the 5th word on page 2?",
    "Turn down the volume by 20%",
    "Speak 10% slower please",
    "Make the picture 20% brighter",
    "Read the first 3 paragraphs aloud",
    "Count the people in the 4 photos",
    "We met at 6 and talked for 2 hours, it was lovely",
    "I paid 60 euros for this and it broke after 2 days. What are my rights?",
    "How do I split a 12 page PDF into 3 files?",
    "Resize the image to 800 by 600",
    "The recipe needs 200 g of butter, can I use oil instead?",
    "What's the exchange rate for 100 dollars?",
    "What does a 10% discount mean?",
    "I earn 3000 a month and spend 2800. Why am I always broke?",
    "Which is better, 16 GB or 32 GB of memory?",
    "My bus 42 leaves from gate 7, when should I leave?",
    "提醒我20分钟后关火",
    "我昨晚只睡了4个小时",
    "这张小票总共多少钱？",
    "第3页说了什么",
    "把这段话翻译成英文，不超过50个字",
    "2个鸡蛋有多少卡路里",
    "定一个10分钟的闹钟",
    "北京有多少人口",
    "1998年世界杯谁赢了",
    "帮我写一首4行的诗",
    "图片里有几个人",
    "我有两只猫，叫什么名字好",
    "声音调小20%",
    "讲3个笑话",
    # no single reading, or numbers that are not in the text
    "3 apples and 4 pears cost 5 euros, what does an apple cost?",
    "I put 5,000 in the bank at 3% interest a year. How much interest do I get after 2 years?",
    "A train leaves at 9:00 and another at 10:00, both at 80 km/h. When do they meet?",
    "Two shirts at 30 each, the second one is half price. What do I pay?",
    "Buy 2 get 1 free at 4.50 each, what do I pay for 6?",
    "I bought at 41.20 and sold at 58.90, 150 shares. What did I pay in tax?",
    "The meeting is from 3 to 5, how many people are coming?",
    "It costs 20 euros or 25 dollars. How much do I save?",
    "If 3 workers need 8 days, how long do 4 workers need?",
    "20% of the 300 guests are kids. How many adults are there?",
    "I sold my bike for 340, that's 15% less than I paid. What did I pay?",
    "Half-life 8 days, start 400 MBq, how much after 24 days?",
    "Split 96.30 between 7 but Lou only pays half a share",
    "Photo of the bill attached. Four of us, tip 20, what's each person's share?",
    "Four of us ate, here's the bill, what does each owe if we leave 10% on top?",
    "How many pallets do you see? Take 9 off for broken ones.",
    "I've read 120 of 400 pages. What percentage have I still to read?",
    "3 out of 20 eggs were broken. What percent were fine?",
    "I bought 200 shares at 12 and sold them at 15. How much profit did I make?",
    "What does 5 plus 3 mean in this song?",
    "My blood pressure was 135 over 85, what does that mean?",
    "The kids are 5 and 8, what games do you know?",
    "We have 3 kids and need a car with 7 seats, how much does one cost?",
    "Can you count the 12 people and 3 dogs, how many in total?",
    "17 weeks at 38.5 hours, total hours?",
    "I get 25 days of holiday a year and have taken 9. How many are left?",
    "We spent an hour on 1 + 1. What's the point of that?",
    "My shift ends at 7 this morning. What do I earn until then at 21.40 an hour?",
    "I bought it on 3 March with a 2 year warranty, when does it end?",
    "合同今年六月三十到期，还剩多少日子",
    "超市满200减30，我买了260元，付多少",
    "买三送一，单价16，要拿12件，付多少",
    "第二杯半价，一杯20元，买两杯多少钱",
    "打八折后128是多少",
    "成本38卖55，毛利率百分之几",
    "一共有120个学生，男生占55%，女生有多少人",
    "一共42位嘉宾每桌8人要几桌",
    "3个工人8天完成，4个工人几天完成",
    "百分位数和百分比是不是一码事",
]  # fmt: skip


def calculate(expression: str) -> ToolResult:
    result = TOOL.run(Call({"expression": expression}), Context())
    assert isinstance(result, ToolResult)
    return result


@pytest.mark.parametrize(("text", "value", "unit"), ENGLISH + CHINESE)
def test_what_a_told_sum_comes_to(text: str, value: float | str, unit: str) -> None:
    expression = looks_like_calculation(text)
    assert expression is not None
    data = calculate(expression).data
    expected = value if isinstance(value, str) else pytest.approx(value, rel=1e-6)
    assert (data["value"], data["unit"]) == (expected, unit)


@pytest.mark.parametrize("text", NOT_TOLD)
def test_what_is_no_told_sum(text: str) -> None:
    assert stories.expression(text) is None
    assert looks_like_calculation(text) is None


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("A shirt costs 79.90 and it is 30% off, what do I pay?", "79.90 - 30%"),
        ("How far do I get in 3 hours at 65 mph?", "3 h * 65 mph"),
        ("苹果一斤6.5元，买4斤多少钱？", "4 * 6.5元"),
    ],
)
def test_a_told_sum_is_written_as_the_calculator_reads_it(text: str, expression: str) -> None:
    assert stories.expression(text) == expression


def test_the_tool_takes_a_told_sum_as_it_was_said() -> None:
    result = calculate("A shirt costs 79.90 and it is 30% off, what do I pay?")
    assert result.text == "79.90 - 30% = 55.93"


@pytest.mark.parametrize(
    "text", ["", "   ", "?", "7", "how much is 1 * 1" * 200, "½ ⅓ 折 % 每 多少?"]
)
def test_odd_texts_are_no_told_sum(text: str) -> None:
    assert stories.expression(text) is None
